/** How the server's prefix cache behaves. */
export interface CacheOptions {
  /**
   * "prefix" (the default) counts the longest common prefix with any earlier prompt and its answer. "units" counts as
   * DeepSeek documents it: only whole units hit, stored at the end of each input, of each output, of a prefix that
   * two prompts had in common, and every `unitTokens`.
   */
  readonly matching?: "prefix" | "units";
  /** Hits are a multiple of this ("prefix"; default 1), or units are cut every so many tokens ("units"; default never). */
  readonly unitTokens?: number;
  /** Time until what was sent can be hit; default 0. */
  readonly buildDelayMs?: number;
  /** Time that something lives after its last use; default forever. */
  readonly timeToLiveMs?: number;
}

/** What the cache had for one prompt. */
export interface CacheReading {
  readonly promptTokens: number;
  readonly hitTokens: number;
  /** The longest common prefix with anything ever sent, whatever became of it. */
  readonly sharedTokens: number;
  /** Why less was hit than is shared: whole units only, still being built, or expired. */
  readonly loss: "none" | "unit" | "building" | "expired";
}

interface Segment {
  readonly id: number;
  readonly tokens: ArrayLike<number>;
}

/** A segment behind all that came before it; a path from the root is a prompt. */
interface Node {
  readonly segment: Segment;
  readonly children: Map<number, Node>;
  storedAt: number;
  usedAt: number;
  /** Whether a unit ends here. */
  isUnit: boolean;
  /** How many of this segment's tokens another prompt had in common: a unit of its own. */
  commonTokens: number;
}

// Distinct messages in all prompts together; beyond that the cache forgets everything, as a cache may.
const maximumSegments = 200_000;

/** Counts cache hits over prompts given as lists of segments whose tokens never run into each other. */
export class PromptCache {
  private readonly segments = new Map<string, Segment>();
  private readonly roots = new Map<string, Map<number, Node>>();
  private readonly options: Required<CacheOptions>;
  private readonly encode: (text: string) => ArrayLike<number>;
  private readonly now: () => number;
  private nextId = 0;

  constructor(options: CacheOptions, encode: (text: string) => ArrayLike<number>, now: () => number) {
    const matching = options.matching ?? "prefix";
    const unitTokens = options.unitTokens ?? (matching === "prefix" ? 1 : Infinity);
    this.options = {
      matching,
      unitTokens,
      buildDelayMs: options.buildDelayMs ?? 0,
      timeToLiveMs: options.timeToLiveMs ?? Infinity,
    };
    this.encode = encode;
    this.now = now;
  }

  /** How many tokens a text has. */
  count(text: string): number {
    return this.segment(text).tokens.length;
  }

  /** Looks a prompt up in a partition and keeps what it hit alive. */
  read(partition: string, prompt: readonly string[]): CacheReading {
    const segments = prompt.map((text) => this.segment(text));
    const promptTokens = segments.reduce((sum, segment) => sum + segment.tokens.length, 0);
    let level = this.roots.get(partition) ?? new Map<number, Node>();
    let shared = 0;
    let usable = 0;
    let unitEnd = 0;
    let trouble: "building" | "expired" | undefined;
    for (const segment of segments) {
      const child = level.get(segment.id);
      if (!child) {
        const rest = this.partial(level, segment);
        shared += rest.shared;
        if (!trouble) {
          usable += rest.usable;
          if (rest.unit > 0) unitEnd = usable - rest.usable + rest.unit;
          trouble = rest.trouble;
        }
        break;
      }
      shared += segment.tokens.length;
      trouble ??= this.trouble(child);
      if (!trouble) {
        usable += segment.tokens.length;
        child.usedAt = this.now();
        if (child.isUnit) unitEnd = usable;
      }
      level = child.children;
    }
    const hitTokens = this.hit(usable, unitEnd);
    const loss = hitTokens === shared ? "none" : (trouble ?? "unit");
    return { promptTokens, hitTokens, sharedTokens: shared, loss };
  }

  /** Stores a prompt, or a prompt with its answer, ending in a unit. */
  write(partition: string, prompt: readonly string[]): void {
    const segments = prompt.map((text) => this.segment(text));
    let level = this.roots.get(partition) ?? new Map<number, Node>();
    this.roots.set(partition, level);
    let parent: Node | undefined;
    for (const segment of segments) {
      let child: Node | undefined = level.get(segment.id);
      if (!child) {
        if (level.size > 0) this.markCommon(parent, level, segment);
        const now = this.now();
        child = { segment, children: new Map(), storedAt: now, usedAt: now, isUnit: false, commonTokens: 0 };
        level.set(segment.id, child);
      } else if (this.isExpired(child)) child.storedAt = child.usedAt = this.now();
      parent = child;
      level = child.children;
    }
    if (parent) parent.isUnit = true;
  }

  private hit(usable: number, unitEnd: number): number {
    const { matching, unitTokens } = this.options;
    const cut = unitTokens === Infinity ? 0 : Math.floor(usable / unitTokens) * unitTokens;
    return matching === "prefix" ? cut : Math.max(unitEnd, cut);
  }

  /** What the last, differing segment still has in common with one that was stored in its place. */
  private partial(level: ReadonlyMap<number, Node>, segment: Segment) {
    let best = { shared: 0, usable: 0, unit: 0, trouble: undefined as "building" | "expired" | undefined };
    for (const node of level.values()) {
      const shared = commonLength(node.segment.tokens, segment.tokens);
      if (shared <= best.shared) continue;
      const trouble = this.trouble(node);
      const unit = node.commonTokens <= shared ? node.commonTokens : 0;
      best = trouble ? { shared, usable: 0, unit: 0, trouble } : { shared, usable: shared, unit, trouble };
    }
    return best;
  }

  private markCommon(parent: Node | undefined, level: ReadonlyMap<number, Node>, segment: Segment): void {
    if (parent) parent.isUnit = true;
    for (const node of level.values()) {
      const shared = commonLength(node.segment.tokens, segment.tokens);
      if (shared > 0 && (node.commonTokens === 0 || shared < node.commonTokens)) node.commonTokens = shared;
    }
  }

  private trouble(node: Node): "building" | "expired" | undefined {
    if (this.isExpired(node)) return "expired";
    return this.now() < node.storedAt + this.options.buildDelayMs ? "building" : undefined;
  }

  private isExpired(node: Node): boolean {
    return this.now() > node.usedAt + this.options.timeToLiveMs;
  }

  /** A text's tokens, worked out once: a growing prompt costs only what was appended. */
  private segment(text: string): Segment {
    const known = this.segments.get(text);
    if (known) return known;
    if (this.segments.size >= maximumSegments) {
      this.segments.clear();
      this.roots.clear();
    }
    const segment = { id: this.nextId++, tokens: this.encode(text) };
    this.segments.set(text, segment);
    return segment;
  }
}

/** Four bytes to a token: as fast as comparing bytes, for benchmarks with huge prompts. */
export function approximateTokens(text: string): ArrayLike<number> {
  const bytes = Buffer.from(text);
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return new Uint32Array(padded.buffer);
}

function commonLength(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a[at] === b[at]) at++;
  return at;
}
