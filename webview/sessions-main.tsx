/** The entry of the list of sessions. */
import { render } from "preact";
import { editorPort } from "./port.ts";
import { createSessionsApp, provideSessions } from "./sessions/app.ts";
import { Sessions } from "./views/sessions.tsx";

const app = createSessionsApp(editorPort(), (callback) => requestAnimationFrame(callback));
const root = document.getElementById("app");

provideSessions(app);
if (root !== null) render(<Sessions />, root);

// The editor focuses the page, not what is in it: whoever comes by keyboard comes to the list.
window.addEventListener("focus", () =>
  setTimeout(() => {
    if (document.hasFocus() && document.activeElement === document.body) app.listRequests.value++;
  }),
);
