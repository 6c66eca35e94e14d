import type { VNode } from "preact";
import type { Segment } from "#protocol/trace.ts";
import { formatBytes, formatCount, formatShort } from "#protocol/words.ts";
import { useOwnState } from "../own-state.ts";
import { useTrace } from "../trace/app.ts";
import { root } from "../trace/table.ts";
import { segmentWords } from "../trace/words.ts";
import { TraceBody } from "./trace-body.tsx";

/** Parts that are listed at a time. */
const pageLength = 60;
/** A run of reused parts longer than this is one line until it is opened. */
const foldedRun = 6;

interface Props {
  readonly segments: readonly Segment[];
  readonly span: string;
}

/** A model call's request in parts: how large each is, and which were sent before. */
export function TraceSegments({ segments, span }: Props): VNode {
  const reused = segments.findIndex(({ isReused }) => !isReused);
  const run = reused < 0 ? segments.length : reused;
  const [isOpen, setOpen] = useOwnState(run <= foldedRun);
  const [shown, setShown] = useOwnState(pageLength);
  const first = isOpen ? 0 : run;
  const largest = Math.max(1, ...segments.map(({ bytes }) => bytes));
  const end = Math.min(segments.length, first + shown);
  return (
    <section class="detail-part" aria-label="Request">
      <h3>
        Request <span class="figure">{formatCount(segments.length, "part")}, tokens estimated by size</span>
      </h3>
      <Strip segments={segments} />
      {!isOpen && (
        <button type="button" class="segment-fold link" onClick={() => setOpen(true)}>
          {formatCount(run, "reused part")}, {formatBytes(sum(segments.slice(0, run)))}
        </button>
      )}
      <ul class="segments">
        {segments.slice(first, end).map((segment, index) => (
          <SegmentLine
            key={`${span}/${first + index}`}
            {...{ segment, span, largest }}
            index={first + index}
          />
        ))}
      </ul>
      {end < segments.length && (
        <button type="button" class="more" onClick={() => setShown(shown + pageLength)}>
          Show more ({segments.length - end} left)
        </button>
      )}
    </section>
  );
}

function sum(segments: readonly Segment[]): number {
  return segments.reduce((all, { bytes }) => all + bytes, 0);
}

// Neighbours of one kind are one piece: a strip is for shares, the list for parts.
function Strip({ segments }: { readonly segments: readonly Segment[] }): VNode {
  const all = Math.max(1, sum(segments));
  const reused = sum(segments.filter(({ isReused }) => isReused));
  return (
    <div class="strip" title={`${formatBytes(reused)} of ${formatBytes(all)} as in the request before`}>
      {reused > 0 && <i class="tok hit" style={{ flexGrow: reused }} />}
      {all > reused && <i class="tok miss" style={{ flexGrow: all - reused }} />}
    </div>
  );
}

interface LineProps {
  readonly segment: Segment;
  readonly span: string;
  readonly index: number;
  /** Bytes of the largest part, which the bars are measured by. */
  readonly largest: number;
}

function SegmentLine({ segment, span, index, largest }: LineProps): VNode {
  const app = useTrace();
  const [isOpen, setOpen] = useOwnState(false);
  const [text, setText] = useOwnState<string | undefined>(undefined);
  const { kind, label, bytes, tokens, hash, isReused } = segment;
  const toggle = async () => {
    setOpen(!isOpen);
    if (isOpen || text !== undefined) return;
    const session = app.sessionOf(app.table.placeOf(span) ?? root);
    const read = await app.act("trace.segment", { session, span, index });
    if (read !== undefined) setText(read.text);
    else setOpen(false);
  };
  return (
    <li>
      <button type="button" class="segment" aria-expanded={isOpen} title={hash} onClick={() => void toggle()}>
        <span class={`codicon codicon-chevron-${isOpen ? "down" : "right"}`} aria-hidden="true" />
        <span class="segment-kind">{segmentWords[kind]}</span>
        <span class="segment-label">{label}</span>
        <span class="segment-bar" aria-hidden="true">
          <i class={`tok ${isReused ? "hit" : "miss"}`} style={{ width: `${(bytes / largest) * 100}%` }} />
        </span>
        <span class="segment-size">
          {tokens === undefined ? formatBytes(bytes) : `≈ ${formatShort(tokens)}`}
        </span>
        <span class="segment-state">{isReused ? "reused" : "new"}</span>
      </button>
      {isOpen &&
        (text === undefined ? <p class="figure">Reading</p> : <TraceBody title={label} body={{ text }} />)}
    </li>
  );
}
