/** The entry of the chat view: takes over the static shell, then loads what is heavy. */
import { hydrate } from "preact";
import { createApp, provideApp } from "./app.ts";
import { tabPort } from "./port.ts";
import { Chat, loadConversation } from "./views/chat.tsx";

const root = document.getElementById("app");
const app = createApp(tabPort(root?.dataset["place"] ?? ""), (callback) => requestAnimationFrame(callback));

provideApp(app);
if (root !== null) {
  dropBlanks(root);
  hydrate(<Chat />, root);
  // After the next frame's paint, not only its scripts.
  requestAnimationFrame(() =>
    setTimeout(() => {
      void app.client.request("view.painted", {}).catch(() => {});
      void loadConversation();
    }),
  );
}

// Line breaks between the shell's elements would make hydration move elements, and the composer lose its focus.
function dropBlanks(element: Element): void {
  for (const child of [...element.childNodes]) {
    if (child instanceof Text && child.data.trim() === "") child.remove();
    else if (child instanceof Element) dropBlanks(child);
  }
}

// The editor focuses the page, not what is in it: whoever comes here comes to write. What was clicked takes the focus itself.
function focusComposer(): void {
  if (document.hasFocus() && document.activeElement === document.body && !app.isHistoryOpen.value)
    app.focusRequests.value++;
}

focusComposer();
window.addEventListener("focus", () => setTimeout(focusComposer));
// A view that goes away by a click elsewhere can say nothing any more once its page hides.
window.addEventListener("blur", () => app.arrangement.flush());
window.addEventListener("pagehide", () => app.arrangement.flush());
// Nor can one that goes away by a shortcut; what is posted before the editor hears of the key still arrives.
const flushBefore = (event: KeyboardEvent) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^F\d/.test(event.key)) app.arrangement.flush();
};
window.addEventListener("keydown", flushBefore, { capture: true });
