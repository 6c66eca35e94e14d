/** The entry of the permission log: what agents were allowed and denied, and what is allowed from now on. */
import { render } from "preact";
import { createPermissionsApp, providePermissions } from "./permissions/app.ts";
import { editorPort } from "./port.ts";
import { Permissions } from "./views/permissions.tsx";

const app = createPermissionsApp(editorPort(), (callback) => requestAnimationFrame(callback));
const root = document.getElementById("app");

providePermissions(app);
if (root !== null) {
  render(<Permissions />, root);
  requestAnimationFrame(() => setTimeout(() => void app.client.request("view.painted", {}).catch(() => {})));
}

// The editor focuses the page, not what is in it: whoever comes by keyboard comes to the search.
window.addEventListener("focus", () =>
  setTimeout(() => {
    if (document.hasFocus() && document.activeElement === document.body)
      document.querySelector<HTMLElement>("[role=searchbox]")?.focus();
  }),
);
