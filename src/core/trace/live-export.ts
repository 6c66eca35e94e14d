/** Sends spans to the collector that the user's settings name, for as long as they name one. */
import type { Span } from "#protocol/trace.ts";
import { messageOf } from "../errors.ts";
import type { Ports } from "../ports.ts";
import type { ReadBodies } from "./exported-trace.ts";
import { OtlpSender } from "./otlp-sender.ts";

type LivePorts = Pick<Ports, "settings" | "http" | "log" | "clock">;

/** Follows the settings; a change ends what was before. */
export class LiveExport {
  readonly #ports: LivePorts;
  readonly #bodies: ReadBodies;
  #endpoint = "";
  #hasBodies = false;
  #sender: OtlpSender | undefined;

  /** `bodies` is asked only where the user's settings want them sent. */
  constructor(ports: LivePorts, bodies: ReadBodies) {
    this.#ports = ports;
    this.#bodies = bodies;
  }

  /** Takes a span that has ended; costs nothing where no endpoint is set. */
  add(span: Span): void {
    const { settings } = this.#ports;
    const endpoint = settings.traceEndpoint();
    const hasBodies = endpoint !== "" && settings.traceExportsBodies();
    if (endpoint !== this.#endpoint || hasBodies !== this.#hasBodies) this.#change(endpoint, hasBodies);
    this.#sender?.add(span);
  }

  /** Sends what is left; resolves after a bounded time. */
  async close(): Promise<void> {
    await this.#sender?.close();
  }

  #change(endpoint: string, hasBodies: boolean): void {
    void this.#sender?.close();
    this.#endpoint = endpoint;
    this.#hasBodies = hasBodies;
    this.#sender = undefined;
    if (endpoint === "") return;
    try {
      this.#sender = new OtlpSender({ endpoint, ...(hasBodies && { bodies: this.#bodies }) }, this.#ports);
    } catch (error) {
      this.#ports.log.warn(`Spans are not sent: ${messageOf(error)}`);
    }
  }
}
