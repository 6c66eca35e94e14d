/** Puts spans into threads of a Chrome trace so that what shares a thread nests: tracing tools draw overlaps wrongly. */

/** A span with its times in whole microseconds, as they are exported. */
export interface LaneSpan {
  readonly id: string;
  readonly parent?: string | undefined;
  readonly agent: string;
  readonly start: number;
  readonly end: number;
  /** Nothing is put below it, since it is drawn with parts of its own. */
  readonly isLeaf: boolean;
}

/** A thread: its number, and its name, which begins with the agent's. */
export interface Lane {
  readonly tid: number;
  readonly name: string;
  /** What runs at the start of the span placed last, innermost last; a leaf has no id. */
  readonly stack: { readonly id: string | undefined; readonly end: number }[];
}

// More threads than this are not looked at; what is beyond becomes asynchronous.
const mostPerAgent = 32;

/** Gives each span a lane: below its parent, or in one where nothing runs. Spans come in the order of their starts, parents first. */
export class ChromeLanes {
  readonly #agents = new Map<string, Lane[]>();
  readonly #laneOf = new Map<string, Lane>();
  #count = 0;

  /** The lane of a span, and whether it was made for it; undefined where all lanes of its agent are taken. */
  place(span: LaneSpan): { readonly lane: Lane; readonly isNew: boolean } | undefined {
    const own = this.#agents.get(span.agent) ?? [];
    this.#agents.set(span.agent, own);
    const free = this.#below(span, own) ?? own.find((lane) => this.#isFree(lane, span.start));
    if (free === undefined && own.length >= mostPerAgent) return undefined;
    const lane = free ?? this.#make(span.agent, own);
    lane.stack.push({ id: span.isLeaf ? undefined : span.id, end: span.end });
    this.#laneOf.set(span.id, lane);
    return { lane, isNew: free === undefined };
  }

  /** The first lane of an agent that had a span placed. */
  main(agent: string): Lane | undefined {
    return this.#agents.get(agent)?.[0];
  }

  /** The lane of the parent, where the parent is what runs there and goes on for as long. */
  #below({ parent, start, end }: LaneSpan, own: readonly Lane[]): Lane | undefined {
    const lane = parent === undefined ? undefined : this.#laneOf.get(parent);
    if (lane === undefined || !own.includes(lane) || this.#isFree(lane, start)) return undefined;
    const top = lane.stack.at(-1);
    return top !== undefined && top.id === parent && end <= top.end ? lane : undefined;
  }

  #isFree({ stack }: Lane, start: number): boolean {
    for (let top = stack.at(-1); top !== undefined && top.end <= start; top = stack.at(-1)) stack.pop();
    return stack.length === 0;
  }

  #make(agent: string, own: Lane[]): Lane {
    this.#count += 1;
    const name = own.length === 0 ? agent : `${agent} · in parallel ${own.length}`;
    const lane: Lane = { tid: this.#count, name, stack: [] };
    own.push(lane);
    return lane;
  }
}
