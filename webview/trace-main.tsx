/** The entry of the trace: what time, money and cache went to in one session. */
import { render } from "preact";
import { editorPort } from "./port.ts";
import { provideTrace, TraceApp } from "./trace/app.ts";
import { Trace } from "./views/trace.tsx";

const app = new TraceApp(editorPort(), (callback) => requestAnimationFrame(callback));
const root = document.getElementById("app");

provideTrace(app);
if (root !== null) {
  render(<Trace />, root);
  requestAnimationFrame(() => setTimeout(() => void app.client.request("view.painted", {}).catch(() => {})));
}

// The editor focuses the page, not what is in it: whoever comes by keyboard comes to the tree.
window.addEventListener("focus", () =>
  setTimeout(() => {
    if (document.hasFocus() && document.activeElement === document.body)
      document.querySelector<HTMLElement>("[role=treegrid]")?.focus();
  }),
);
