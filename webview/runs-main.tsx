/** The entry of the page of runs: workflows before they are run, while they run, and after. */
import { render } from "preact";
import { editorPort } from "./port.ts";
import { createRunsApp, provideRuns } from "./runs/app.ts";
import { Runs } from "./views/runs.tsx";

const app = createRunsApp(editorPort(), (callback) => requestAnimationFrame(callback));
const root = document.getElementById("app");

provideRuns(app);
if (root !== null) {
  render(<Runs />, root);
  requestAnimationFrame(() => setTimeout(() => void app.client.request("view.painted", {}).catch(() => {})));
}
