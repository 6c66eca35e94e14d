/** What runs a guest: the seam between the sandbox process and a JavaScript engine. */
import type { EngineName, GuestLimits, GuestStop } from "#protocol/guest.ts";

/** A guest was ended from outside; nothing of it runs any more. */
export class GuestStopped extends Error {
  readonly reason: GuestStop;

  constructor(reason: GuestStop, message: string) {
    super(message);
    this.name = "GuestStopped";
    this.reason = reason;
  }
}

/** A realm of its own with the guest's code in it. Everything is synchronous: script code runs while a method runs, and at no other time. */
export interface Guest {
  /** Compiles a program under a number. Throws GuestStopped, or an Error with what is wrong with the code. */
  define(number: number, code: string): void;
  /** Evaluates code that gives nothing back. */
  load(code: string): void;
  /** Delivers messages, runs all that can run then, and gives the lines that were sent. Throws GuestStopped. */
  enter(messages: string): string;
  dispose(): void;
}

/** An engine. */
export interface Engine {
  readonly name: EngineName;
  /** Opens a realm and evaluates the guest's code in it, `before` ahead of it. */
  open(guestCode: string, before: string | undefined, limits: GuestLimits): Promise<Guest>;
}

/** What is said when a limit is reached. */
export const stopMessages = {
  time: (limits: GuestLimits) =>
    `Synchronous code ran longer than ${limits.syncMs / 1000} s. Split the work, or wait for something in between.`,
  memory: (limits: GuestLimits) =>
    `The script needs more than its ${limits.memoryMb} MB of memory. Keep less at a time.`,
  stack: () => "The script calls itself so deeply that its engine could not go on.",
} as const;
