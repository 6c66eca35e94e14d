/** Sends spans to the collector that the user's settings name, for as long as they name one. */
import type { Span } from "#protocol/trace.ts";
import { messageOf } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { OtlpSender } from "./otlp-sender.ts";

/** Follows the setting; a change ends what was before. */
export class LiveExport {
  readonly #ports: Pick<Ports, "settings" | "http" | "log" | "clock">;
  #endpoint = "";
  #sender: OtlpSender | undefined;

  constructor(ports: Pick<Ports, "settings" | "http" | "log" | "clock">) {
    this.#ports = ports;
  }

  /** Takes a span that has ended; costs nothing where no endpoint is set. */
  add(span: Span): void {
    const endpoint = this.#ports.settings.traceEndpoint();
    if (endpoint !== this.#endpoint) this.#change(endpoint);
    this.#sender?.add(span);
  }

  /** Sends what is left; resolves after a bounded time. */
  async close(): Promise<void> {
    await this.#sender?.close();
  }

  #change(endpoint: string): void {
    void this.#sender?.close();
    this.#endpoint = endpoint;
    this.#sender = undefined;
    if (endpoint === "") return;
    try {
      this.#sender = new OtlpSender({ endpoint }, this.#ports);
    } catch (error) {
      this.#ports.log.warn(`Spans are not sent: ${messageOf(error)}`);
    }
  }
}
