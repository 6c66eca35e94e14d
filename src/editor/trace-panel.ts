/** The trace: a panel in the editor area, and the same page beside the chat in the side bar. */
import type { Disposable, Memento, Uri } from "vscode";
import type { TracePlace } from "#core/ports.ts";
import type { HostMessage } from "#protocol/protocol.ts";
import { PagePanel } from "./page-panel.ts";
import { tracePage } from "./page.ts";
import { PageView, type Connect } from "./page-view.ts";

const type = "boocode.trace";
const shownKey = "trace.shown";

/** The one trace panel of a window; it comes back with the window. */
export class TracePanel implements Disposable {
  readonly #panel: PagePanel;
  readonly #memory: Memento;

  constructor(extension: Uri, memory: Memento, connect: Connect) {
    this.#memory = memory;
    const greeting = () => greetingOf(memory.get<TracePlace>(shownKey));
    this.#panel = new PagePanel("Trace", {
      ...{ id: type, name: "trace", extension, page: tracePage, connect, greeting },
    });
  }

  /** Shows a session's trace, at a span or a turn if one is named. */
  show(place: TracePlace): void {
    const { session, title } = place;
    void this.#memory.update(shownKey, { session, title });
    this.#panel.show(title === "" ? "Trace" : `Trace: ${title}`, { type: "show-trace", ...place });
  }

  /** Ends the panel. */
  dispose(): void {
    this.#panel.dispose();
  }
}

function greetingOf(place: TracePlace | undefined): readonly HostMessage[] {
  return place === undefined ? [] : [{ type: "show-trace", ...place }];
}

/** The view `boocode.trace`: the trace of the session that the chat shows. */
export class TraceView extends PageView {
  readonly #memory: { place?: TracePlace };

  constructor(extension: Uri, connect: Connect) {
    const memory: { place?: TracePlace } = {};
    const greeting = () => greetingOf(memory.place);
    super({ id: type, name: "trace", extension, page: tracePage, connect, greeting });
    this.#memory = memory;
  }

  /** Follows another session. */
  follow(place: TracePlace): void {
    this.#memory.place = place;
    this.tell({ type: "show-trace", ...place });
  }
}
