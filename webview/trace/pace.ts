import type { Schedule } from "../store.ts";

/** What takes less than this fits into a frame, with its painting, in milliseconds. */
const shortMs = 10;
/** The share of its time that the page may spend on drawings that take longer, up to the rest below: fewer frames than one in twenty are late then. */
const busyShare = 0.04;
/** What happened is shown after this time (ms) however long drawing takes. */
const longestRestMs = 500;

/** Figures that take longer than this, in milliseconds, have a frame of their own: with what is drawn of them it would be a long one. */
const figuresMs = 5;

/** About a frame, in milliseconds. */
const frameMs = 16;

/** What a pace needs of the world. */
export interface PacePorts {
  readonly schedule: Schedule;
  /** Works out what is to be drawn; what it returns draws it. */
  readonly prepare: () => () => void;
  /** Whether more comes than anybody reads. */
  readonly isFlooded: () => boolean;
  /** Milliseconds. */
  readonly now: () => number;
}

/** When a page is drawn anew: at once where somebody did something, as often as scrolling leaves room where something happened. */
export class Pace {
  readonly #ports: PacePorts;
  /** What the next frame does. */
  #next: "prepared" | "drawn" | undefined;
  #isAskedAgain = false;
  #isBeingPainted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #drawnAt = 0;
  #drawMs = 0;

  constructor(ports: PacePorts) {
    this.#ports = ports;
  }

  /** Draws with the next frame, as whoever did something expects. */
  soon(): void {
    if (this.#next !== undefined) {
      this.#isAskedAgain ||= this.#next === "drawn";
      return;
    }
    this.#next = "prepared";
    const { schedule, prepare, now } = this.#ports;
    schedule(() => {
      this.#next = undefined;
      const began = now();
      const draw = prepare();
      if (now() - began <= figuresMs) return this.#end(draw, began);
      this.#next = "drawn";
      schedule(() => this.#end(draw, now()));
    });
  }

  /** Draws what happened: where one drawing takes long, the next one waits, since scrolling comes first. */
  news(): void {
    // How long the last drawing takes is not known before it is painted.
    if (this.#next === "drawn" || this.#isBeingPainted) return this.later(frameMs);
    const share = this.#drawMs < shortMs ? 0 : Math.min(this.#drawMs / busyShare, longestRestMs);
    const rest = this.#ports.isFlooded() ? longestRestMs : share;
    const ms = this.#drawnAt + rest - this.#ports.now();
    if (ms > 0) this.later(ms);
    else this.soon();
  }

  /** Draws what happened, in so many milliseconds at the earliest; what is to be drawn sooner is. */
  later(ms: number): void {
    const due = this.#ports.now() + ms;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.news();
    }, ms);
  }

  // Laying out and painting take longer than listing; a message that is posted in a frame is handled after that.
  #end(draw: () => void, began: number): void {
    this.#next = undefined;
    draw();
    if (this.#isAskedAgain) this.soon();
    this.#isAskedAgain = false;
    this.#isBeingPainted = true;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      this.#isBeingPainted = false;
      this.#drawnAt = this.#ports.now();
      this.#drawMs = this.#drawnAt - began;
      port1.close();
    };
    port2.postMessage(undefined);
  }
}
