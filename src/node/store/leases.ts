/** Who runs which session: claims in journals, which every window reads alike. */
import { setTimeout } from "node:timers/promises";
import { BooError } from "#core/errors.ts";
import type { SessionOwner } from "#core/store-ports.ts";
import { firstEpoch, leaseJson } from "./record-line.ts";

/** Two windows that claim a session at once both step back, and try again after a random part of this time (ms). */
const stepBack = 80;
const tries = 6;

interface Claim {
  readonly epoch: number;
  readonly isHeld: boolean;
  /** The number of its line in its writer's journal. */
  readonly q: number;
}

/** What leases need of the journals. */
export interface LeaseJournal {
  readonly ownWriter: string;
  /** Resolves when the record is on disk, or the disk is known to fail. */
  append(json: string): Promise<void>;
  /** Resolves when all that others had on disk when this was called is known here. */
  catchUp(): Promise<void>;
  isAlive(writer: string): boolean;
}

/**
 * Claims on sessions. A window writes its claim down and then reads all other journals: of two that claim the same session at
 * least one sees the other, and whoever sees another living claim steps back. So at most one goes on.
 */
export class Leases {
  readonly #journal: LeaseJournal;
  readonly #claims = new Map<string, Map<string, Claim>>();
  readonly #epochs = new Map<string, { epoch: number; writer: string | undefined }>();
  /** Claims that others thought this window had left, with their epochs. */
  readonly #lost = new Map<string, number>();

  constructor(journal: LeaseJournal) {
    this.#journal = journal;
  }

  /** Takes in a claim, or the end of one, from a line of a writer's journal. */
  note(writer: string, session: string, epoch: number, isHeld: boolean, q: number): void {
    const claims = this.#claims.get(session) ?? new Map<string, Claim>();
    const known = claims.get(writer);
    if (known !== undefined && known.q > q) return;
    claims.set(writer, { epoch, isHeld, q });
    this.#claims.set(session, claims);
    this.noteEpoch(session, epoch, writer);
  }

  /** Takes in a claim as the index has it, which may be older than what the journals told. */
  noteStored(writer: string, session: string, epoch: number, q: number): void {
    if (writer !== this.#journal.ownWriter) this.note(writer, session, epoch, true, q);
  }

  /** Takes in that this window writes to a session; the first who does owns it. */
  noteWritten(session: string): void {
    if (!this.#epochs.has(session)) this.noteEpoch(session, firstEpoch, this.#journal.ownWriter);
  }

  /** The sessions that this window runs. */
  held(): readonly string[] {
    return [...this.#claims.keys()].filter((session) => this.isHeld(session));
  }

  /** Takes in that events of an epoch exist; `writer` is undefined where it is not known. */
  noteEpoch(session: string, epoch: number, writer: string | undefined): void {
    const known = this.#epochs.get(session);
    if (known === undefined || epoch > known.epoch) this.#epochs.set(session, { epoch, writer });
    else if (epoch === known.epoch && known.writer !== writer) known.writer ??= writer;
  }

  /** Takes in that another window wrote an event; true where that ends this window's claim, which others thought it had left. */
  noteEvent(session: string, epoch: number, writer: string): boolean {
    this.noteEpoch(session, epoch, writer);
    const own = this.#own(session);
    if (own?.isHeld !== true || own.epoch >= epoch) return false;
    this.#lost.set(session, own.epoch);
    this.note(this.#journal.ownWriter, session, own.epoch, false, 0);
    return true;
  }

  /** The epoch under which this window writes a session: that of its claim, also of one that it has lost, until it claims again. */
  epochOf(session: string): number {
    const own = this.#own(session);
    const held = own?.isHeld === true ? own.epoch : this.#lost.get(session);
    return held ?? this.#epochs.get(session)?.epoch ?? firstEpoch;
  }

  /** Whether this window may write a session. */
  isHeld(session: string): boolean {
    return this.#own(session)?.isHeld === true;
  }

  #own(session: string): Claim | undefined {
    return this.#claims.get(session)?.get(this.#journal.ownWriter);
  }

  /** Who runs a session, as far as is known now. */
  owner(session: string): SessionOwner {
    if (this.isHeld(session)) return "here";
    if (this.#living(session) !== undefined) return "elsewhere";
    const isLeft = [...(this.#claims.get(session)?.values() ?? [])].some(({ isHeld }) => isHeld);
    return isLeft ? "gone" : "none";
  }

  /** Claims a session for this window; throws BooError "session-busy" while a living window has it. */
  async acquire(session: string): Promise<void> {
    for (let attempt = 1; attempt <= tries; attempt++) {
      await this.#journal.catchUp();
      if (this.#living(session) !== undefined) break;
      if (await this.#claim(session)) return;
      await setTimeout(Math.random() * stepBack);
    }
    throw new BooError(
      "session-busy",
      "This session is running in another window. Wait until its turn has ended, or stop it there.",
    );
  }

  /** Ends this window's claim. */
  async release(session: string): Promise<void> {
    const claim = this.#own(session);
    if (claim?.isHeld !== true) return;
    this.note(this.#journal.ownWriter, session, claim.epoch, false, 0);
    await this.#write(session, claim.epoch, false);
  }

  async #claim(session: string): Promise<boolean> {
    const { ownWriter } = this.#journal;
    const known = this.#epochs.get(session);
    const isOwn = known === undefined || known.writer === ownWriter;
    const epoch = isOwn ? (known?.epoch ?? firstEpoch) : known.epoch + 1;
    await this.#write(session, epoch, true);
    await this.#journal.catchUp();
    if (this.#living(session) !== undefined) {
      await this.#write(session, epoch, false);
      return false;
    }
    // Claims of windows that are gone end here.
    this.#claims.delete(session);
    this.#lost.delete(session);
    this.note(ownWriter, session, epoch, true, 0);
    return true;
  }

  /** A full disk must not keep anybody from working: then the claim is as good as this process knows. */
  async #write(session: string, epoch: number, isHeld: boolean): Promise<void> {
    await this.#journal.append(leaseJson(session, epoch, isHeld)).catch(() => {});
  }

  #living(session: string): string | undefined {
    const { ownWriter } = this.#journal;
    for (const [writer, { isHeld }] of this.#claims.get(session) ?? []) {
      if (isHeld && writer !== ownWriter && this.#journal.isAlive(writer)) return writer;
    }
    return undefined;
  }
}
