import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { HostMessage } from "#protocol/protocol.ts";
import type { TraceEvent } from "#protocol/trace.ts";
import { actOver, type Act } from "../act.ts";
import { createClient, RequestError, type Client } from "../client.ts";
import { HostClock } from "../host-clock.ts";
import { pageApp } from "../page-app.ts";
import type { Port } from "../port.ts";
import type { Schedule } from "../store.ts";
import { Axis, busyTime, type Interval } from "./axis.ts";
import { Blends } from "./blend.ts";
import { Branches } from "./branches.ts";
import { CriticalPaths } from "./critical-path.ts";
import { TraceFeed } from "./feed.ts";
import { Findings, isFiltering, noFilters, type Filters } from "./filters.ts";
import { FlatRows } from "./flat-rows.ts";
import { readKept, type Kept, type ShownSession } from "./kept.ts";
import { Pace } from "./pace.ts";
import { root, type SpanTable } from "./table.ts";
import { RowLister } from "./row-lister.ts";
import { noTotals, SessionTotals, type Totals } from "./totals.ts";
import { TurnFold } from "./turn-fold.ts";
import { followTo, scaleOf, zoomTo, type Scale } from "./zoom.ts";

/** How often what runs grows, in milliseconds: often, or once a second where motion is unwelcome. */
const growMs = 100;
const calmGrowMs = 1000;
/** More new rows than this at once are a flood. */
const floodRows = 20;
/** A list with more rows than this is long. */
const manyRows = 2_000;
/** How often older spans are shown as they come, in milliseconds. */
const olderMs = 250;

/** Sessions with more spans than this begin with closed turns. */
const wholeSpans = 200;

/** What is worked out before anything is drawn. */
interface Figures {
  readonly now: number;
  readonly axis: Axis;
  readonly whole: Totals;
  readonly totals: Totals;
}

type Place = Extract<HostMessage, { type: "show-trace" }>;

/** What every component of the trace draws from and dispatches to. */
export class TraceApp {
  readonly client: Client;
  readonly act: Act;
  /** Why the last thing that the user asked for did not happen. */
  readonly problem = signal("");
  readonly feed: TraceFeed;
  /** Undefined until the host has said. */
  readonly session = signal<ShownSession | undefined>(undefined);
  /** Counts the changes of rows and of what is in them; whoever draws `rows` or `table` reads it. */
  readonly stamp = signal(0);
  /** The host's time as of the last drawing, epoch milliseconds. */
  readonly now = signal(Date.now());
  readonly isRunning = signal(false);
  readonly rows = new FlatRows();
  readonly findings = new Findings();
  readonly filters = signal<Filters>(noFilters);
  readonly axis = signal(new Axis([], true));
  /** What is looked at; everything for undefined. */
  readonly zoom = signal<Interval | undefined>(undefined);
  readonly scale: ReadonlySignal<Scale> = computed(() => scaleOf(this.axis.value, this.zoom.value));
  /** The stretch that the user chose on the ruler. */
  readonly range = signal<Interval | undefined>(undefined);
  /** Whether there is no room for columns beside the bars. */
  readonly isNarrow = signal(false);
  /** What the whole session came to. */
  readonly whole = signal<Totals>(noTotals);
  /** What the chosen stretch of it came to, or the whole session. */
  readonly totals = signal<Totals>(noTotals);
  /** The place of the row with the cursor. */
  readonly cursor = signal<number>(root);
  readonly isDetailOpen = signal(false);
  /** Counts how often the row with the cursor was to be brought into sight. */
  readonly reveals = signal(0);
  readonly isFollowing = signal(true);
  readonly showsCritical = signal(false);
  readonly kept = signal<Kept>(readKept(undefined));
  /** The first row that is seen, for the tree to tell. */
  topRow = 0;
  /** By how many rows the last drawing moved what was there: rows came or went above it. */
  shiftedRows = 0;
  /** Whether the last drawing brought more rows than anybody reads: while they are followed they go without figures. */
  isFlooded = false;
  readonly #clock = new HostClock();
  readonly #pace: Pace;
  readonly #totals = new SessionTotals();
  readonly #busy = new TurnFold(busyTime);
  readonly #critical = new CriticalPaths();
  readonly #branches = new Branches(() => this.table);
  #foundBranches = new Branches(() => this.table);
  readonly blends = new Blends();
  readonly #lister = new RowLister();
  #changed = new Set<number>();
  /** Whether the end of the rows was gone to when it was to be followed. */
  #hasArrived = false;
  #isArrivalDue = false;
  #wanted: Pick<Place, "span" | "turn"> | undefined;
  /** Whether it was decided how much of the session is open at first. */
  #isArranged = false;

  constructor(port: Port, schedule: Schedule) {
    this.client = createClient(port);
    this.act = actOver(this.client, this.problem);
    this.#pace = new Pace({
      schedule,
      prepare: () => this.#prepare(),
      isFlooded: () => this.isFlooded,
      now: () => performance.now(),
    });
    this.feed = new TraceFeed({
      post: (message) => port.post(message),
      ask: (params, abort) => this.client.request("trace.spans", params, abort),
      rest: () => new Promise((done) => schedule(done)),
      changed: (places) => this.#noteChanges(places),
      wordsOf: (error) =>
        error instanceof RequestError
          ? error.message
          : "BooCode did not answer. Reload the view and try again.",
    });
    port.listen((message) => this.#receive(message, port));
    this.kept.value = readKept(port.readState());
    const { session, title = "" } = this.kept.value;
    if (session !== undefined) this.show({ type: "show-trace", session, title });
    effect(() => port.writeState(this.kept.value));
    effect(() => {
      void this.filters.value;
      this.#foundBranches = new Branches(() => this.table);
      this.redraw();
    });
    effect(() => {
      void [this.kept.value.skipsIdle, this.showsCritical.value, this.range.value];
      this.redraw();
    });
  }

  get table(): SpanTable {
    return this.feed.table;
  }

  /** The id of the session in which a span happened. */
  sessionOf(place: number): string {
    return this.table.origin(place) ?? this.session.peek()?.id ?? "";
  }

  get isFiltering(): boolean {
    return isFiltering(this.filters.peek());
  }

  /** Which rows show what is below them: those of a search are opened and closed for themselves. */
  get branches(): Branches {
    return this.isFiltering ? this.#foundBranches : this.#branches;
  }

  /** Whether the end of the rows is shown as it comes. */
  get isLed(): boolean {
    return this.#hasArrived && this.#isToBeLed;
  }

  get #isToBeLed(): boolean {
    const isGrowing = this.isRunning.peek() || this.feed.reading.peek().status !== "done";
    return this.isFollowing.peek() && isGrowing;
  }

  /** Whether a span is on the critical path, while that is shown. */
  isCritical(place: number): boolean {
    return this.showsCritical.peek() && this.#critical.has(this.table, place, this.now.peek());
  }

  /** Changes what the editor keeps of the page. */
  keep(change: Partial<Kept>): void {
    this.kept.value = { ...this.kept.peek(), ...change };
  }

  /** Shows a session's trace, with the cursor on a span or a turn if one is named. */
  show({ session, title, span, turn }: Place): void {
    const isSame = this.session.peek()?.id === session;
    this.session.value = { id: session, title };
    if (!isSame) this.#startOver(session, title);
    this.#wanted =
      span === undefined && turn === undefined
        ? undefined
        : { ...(span !== undefined && { span }), ...(turn !== undefined && { turn }) };
    this.redraw();
  }

  /** Puts the cursor on a span, opens what it is below of, and brings it into sight. */
  goTo(place: number): void {
    this.branches.openTo(this.table, place);
    this.cursor.value = place;
    this.isFollowing.value = false;
    this.reveals.value++;
    this.redraw();
  }

  /** Looks at a span's time. */
  zoomToSpan(place: number): void {
    const now = this.now.peek();
    const times = { from: this.table.startedAt(place), to: this.table.endedAt(place, now) };
    this.zoom.value = place === root ? undefined : zoomTo(this.axis.peek(), times);
    this.isFollowing.value = false;
  }

  /** Draws anew with the next frame, as whoever did something expects. */
  redraw(): void {
    this.#pace.soon();
  }

  // What begins now is what somebody wants to see.
  #openTurns(events: readonly TraceEvent[]): void {
    const isLong = this.table.count > wholeSpans;
    for (const { type, span } of events)
      if (type === "span-start") this.#branches.begin(span.id, span.kind, isLong);
  }

  #startOver(session: string, title: string): void {
    this.keep({ session, title });
    this.cursor.value = root;
    this.zoom.value = this.range.value = undefined;
    this.isFollowing.value = true;
    this.isDetailOpen.value = false;
    this.#branches.setAll(true);
    this.#isArranged = false;
    this.#totals.clear();
    this.#critical.clear();
    this.blends.clear();
    this.#changed.clear();
    this.feed.follow(session);
  }

  #noteChanges(places: readonly number[]): void {
    for (const place of places) this.#changed.add(this.table.turnPlace(place));
    // Older pages come quicker than anybody reads.
    if (!this.#isArranged) this.redraw();
    else if (this.feed.reading.peek().status === "older") this.#pace.later(olderMs);
    else this.#pace.news();
  }

  // What is worked out does not change what is seen: that may be a frame later.
  #prepare(): () => void {
    const { table } = this;
    const now = this.#clock.now();
    const changed = this.#changed;
    this.#changed = new Set();
    for (const turn of changed) {
      this.#totals.forget(turn);
      this.#busy.forget(turn);
      this.#critical.forget(turn);
      this.blends.forget(turn);
    }
    const axis = this.#axisAt(now);
    const whole = this.#totals.whole(table, now);
    const range = this.range.peek();
    const totals = range === undefined ? whole : this.#totals.between(table, now, range);
    return () => {
      // Another session is shown by now, and will be drawn.
      if (this.table === table) this.#draw({ now, axis, whole, totals }, changed);
    };
  }

  #axisAt(now: number): Axis {
    return new Axis(this.#busy.of(this.table, now), this.kept.peek().skipsIdle);
  }

  #draw({ now, axis, whole, totals }: Figures, changed: ReadonlySet<number>): void {
    const { table } = this;
    this.axis.value = axis;
    this.#arrange();
    this.#settleWish();
    this.isRunning.value = table.open.size > 0;
    if (this.isFiltering) this.findings.find(table, this.filters.peek(), now);
    const top = this.rows.at(this.topRow);
    const rowsBefore = this.rows.count;
    // What came since the figures were worked out is listed, too.
    this.#list(new Set([...changed, ...this.#changed]));
    this.#lead(this.rows.count - rowsBefore);
    const moved = top > root ? this.rows.rowOf(top) : -1;
    this.shiftedRows = moved < 0 ? 0 : moved - this.topRow;
    this.topRow += this.shiftedRows;
    this.#settleCursor();
    this.now.value = now;
    if (this.isFollowing.peek() && this.isRunning.peek() && this.zoom.peek() !== undefined)
      this.zoom.value = followTo(this.scale.peek(), now);
    this.whole.value = whole;
    this.totals.value = totals;
    this.stamp.value++;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (table.open.size > 0 || this.isFlooded) this.#pace.later(isCalm ? calmGrowMs : growMs);
  }

  // Going to the end of a long list changes all that is seen: it has a frame of its own, and is painted first.
  #lead(addedRows: number): void {
    const isFar = !this.#hasArrived && this.rows.count > manyRows;
    this.#hasArrived = this.#isToBeLed && (!isFar || this.#isArrivalDue);
    this.#isArrivalDue = this.#isToBeLed && !this.#hasArrived;
    this.isFlooded = this.isLed && (addedRows > floodRows || isFar);
    if (this.#isArrivalDue) this.redraw();
  }

  #list(changed: ReadonlySet<number>): void {
    const { rows, table, branches, findings } = this;
    if (this.isFiltering) {
      this.#lister.forget();
      rows.fill(
        table,
        (place) => branches.isClosed(place),
        (place) => findings.isShown(place),
      );
    } else this.#lister.list(rows, table, branches, changed);
  }

  // A short session is seen whole, of a long one the last turn: the others are looked over before they are looked into.
  #arrange(): void {
    const { status } = this.feed.reading.peek();
    if (this.#isArranged || (status !== "older" && status !== "done")) return;
    this.#isArranged = true;
    if (this.table.count > wholeSpans) this.#branches.closeTurns(this.table.lastChild(root));
  }

  // What was asked for may be on a page that comes later.
  #settleWish(): void {
    const wish = this.#wanted;
    if (wish === undefined) return;
    const place = wish.span === undefined ? this.#placeOfTurn(wish.turn) : this.table.placeOf(wish.span);
    if (place === undefined && this.feed.reading.peek().status !== "done") return;
    this.#wanted = undefined;
    if (place === undefined) return;
    this.cursor.value = place;
    this.branches.openTo(this.table, place);
    this.branches.set(place, true);
    this.axis.value = this.#axisAt(this.now.peek());
    this.isFollowing.value = this.table.open.size > 0;
    if (!this.isFollowing.peek()) this.zoomToSpan(this.table.turnPlace(place));
    this.isDetailOpen.value = true;
    this.reveals.value++;
  }

  #placeOfTurn(number: number | undefined): number | undefined {
    for (let turn = this.table.lastChild(root); turn >= 0; turn = this.table.previous(turn))
      if (this.table.turn(turn) === number) return turn;
    return undefined;
  }

  // The cursor stays on what is seen: what a closed branch hides is stood for by what hides it.
  #settleCursor(): void {
    let place = this.cursor.peek();
    while (place > root && this.rows.rowOf(place) < 0) place = this.table.parent(place);
    this.cursor.value = Math.max(root, place);
  }

  #receive(message: HostMessage, port: Port): void {
    switch (message.type) {
      case "result":
      case "error":
        return this.client.receive(message);
      case "snapshot":
        if (message.channel === "trace") this.feed.receive(message);
        return;
      case "events":
        if (message.channel !== "trace") return;
        for (const { span } of message.events)
          this.#clock.see("endedAt" in span ? span.endedAt : span.startedAt);
        this.feed.receive(message);
        return this.#openTurns(message.events);
      case "show-trace":
        return this.show(message);
      case "ping":
        return port.post({ type: "pong" });
      case "focus-composer":
      case "show-run":
      case "focus-search":
      case "show-turn":
    }
  }
}

const page = pageApp<TraceApp>();

/** Says which app the page's components are part of. */
export const provideTrace = page.provide;

/** The app that a component of the trace is part of. */
export const useTrace = page.use;
