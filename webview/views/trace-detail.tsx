import type { VNode } from "preact";
import type { FileChange } from "#protocol/session.ts";
import type { SpanDetail } from "#protocol/trace.ts";
import { formatDuration } from "#protocol/words.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { IconButton } from "../parts/icon-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { lineCounts, LineCounts } from "../parts/line-counts.tsx";
import { TraceBody } from "../parts/trace-body.tsx";
import { TraceCacheFinding } from "../parts/trace-cache-finding.tsx";
import { Fact, TraceTimings, TraceTokens } from "../parts/trace-facts.tsx";
import { TraceSegments } from "../parts/trace-segments.tsx";
import { useTrace, type TraceApp } from "../trace/app.ts";
import { focusTree } from "../trace/input.ts";
import { useSpanDetail } from "../trace/span-detail.ts";
import { root } from "../trace/table.ts";
import { kindWords, labelOf, outcomeWords } from "../trace/words.ts";

interface Props {
  readonly app: TraceApp;
  readonly place: number;
}

/** What one span is about: outcome, times, tokens and money, the cache, what it was given and what it gave. */
export function TraceDetail(): VNode {
  const app = useTrace();
  const place = app.cursor.value;
  void app.stamp.value;
  const { table } = app;
  const cache = table.cache(place);
  const hasTokens = table.isFrame(place) || table.kind(place) === "model";
  return (
    <>
      <Head app={app} place={place} />
      <div class="detail-scroll" tabIndex={0} role="group" aria-label="What this was">
        {place === root ? (
          <p class="detail-part">Choose a turn or a call to see what it was given and what it gave.</p>
        ) : (
          <>
            <Facts app={app} place={place} />
            <div class="detail-pair">
              <TraceTimings app={app} place={place} />
              {hasTokens && !table.isOpen(place) && <TraceTokens app={app} place={place} />}
            </div>
            {cache !== undefined && <TraceCacheFinding finding={cache} />}
            <Bodies key={table.idOf(place)} app={app} place={place} />
          </>
        )}
      </div>
    </>
  );
}

function Head({ app, place }: Props): VNode {
  const { table } = app;
  const { name, about } = labelOf(table, place, app.session.value?.title ?? "");
  const shown = app.session.value?.id ?? "";
  const session = app.sessionOf(place);
  const hasTurn = place !== root && table.kind(place) !== "agent";
  const isOfRun = app.table.isOfRun && session === shown;
  const show = () =>
    void (isOfRun
      ? app.act("run.show", { run: shown })
      : app.act("session.open", {
          ...{ session, takesFocus: true },
          ...(hasTurn && { turn: table.turn(place) }),
        }));
  return (
    <header class="detail-head">
      <h2 title={about === "" ? name : `${name} · ${about}`}>
        <span class="figure">{kindWords[table.kind(place)]}</span> {name}
        {about !== "" && <span class="figure"> {about}</span>}
      </h2>
      <button type="button" class="button secondary" onClick={show}>
        {isOfRun ? "Show run" : "Show in chat"}
      </button>
      {place !== root && <CopyButton label="Copy id" text={() => table.idOf(place)} />}
      <IconButton
        icon="close"
        label="Close detail"
        onClick={() => {
          app.isDetailOpen.value = false;
          focusTree();
        }}
      />
    </header>
  );
}

function Facts({ app, place }: Props): VNode {
  const { table } = app;
  const outcome = table.outcome(place);
  const error = table.error(place);
  const model = table.model(place);
  const attempt = table.attempt(place);
  const retries = table.retries(place);
  const start = new Date(table.startedAt(place));
  return (
    <section class="detail-part" aria-label="Outcome">
      {error !== undefined && (
        <div class="notice error">
          <Icon name="error" />
          <p class="notice-text">
            {error.message} <span class="figure">{error.code}</span>
          </p>
        </div>
      )}
      <dl class="facts">
        <Fact name="Outcome">{outcome === undefined ? "Running" : outcomeWords[outcome]}</Fact>
        <Fact name="Started">
          {start.toLocaleTimeString()} <span class="figure">{sinceBegin(app, place)}</span>
        </Fact>
        {model !== undefined && <Fact name="Model">{model}</Fact>}
        {attempt > 0 && <Fact name="Try">{attempt}</Fact>}
        {retries > 0 && <Fact name="Retries">{retries}</Fact>}
        <Fact name="Operation">{table.name(place)}</Fact>
      </dl>
    </section>
  );
}

function sinceBegin({ table, axis }: TraceApp, place: number): string {
  const ms = axis.value.workedBefore(table.startedAt(place));
  return `${formatDuration(ms)} into the ${table.isOfRun ? "run" : "session"}`;
}

function Bodies({ app, place }: Props): VNode | null {
  const read = useSpanDetail(app, place);
  switch (read.status) {
    case "none":
      return null;
    case "reading":
      return (
        <p class="detail-part figure" role="status">
          Reading what it was given
        </p>
      );
    case "failed":
      return (
        <div class="detail-part" role="alert">
          <p class="failed">{read.message}</p>
          <button type="button" class="link" onClick={read.again}>
            Try again
          </button>
        </div>
      );
    case "read":
      return <BodiesOf app={app} place={place} detail={read.detail} />;
  }
}

function BodiesOf({ app, place, detail }: Props & { readonly detail: SpanDetail }): VNode {
  const { input, output, thinking = "", files, segments, hasBodies, isPartial = false } = detail;
  const hasOutput = output !== undefined && !(isPartial && "text" in output && output.text === "");
  return (
    <>
      {files.length > 0 && <Files app={app} place={place} files={files} />}
      {segments.length > 0 && <TraceSegments segments={segments} span={app.table.idOf(place)} />}
      {input !== undefined && <TraceBody title="Input" body={input} />}
      {thinking !== "" && (
        <TraceBody title={isPartial ? "Thinking until it broke off" : "Thinking"} body={{ text: thinking }} />
      )}
      {hasOutput && <TraceBody title={isPartial ? "Output until it broke off" : "Output"} body={output} />}
      {!hasBodies && (
        <p class="detail-part figure">
          Your settings keep what calls were given and gave out of the trace.{" "}
          <button
            type="button"
            class="link"
            onClick={() => void app.act("ui.run", { action: "open-settings" })}
          >
            Open settings
          </button>
        </p>
      )}
    </>
  );
}

function Files({ app, place, files }: Props & { readonly files: readonly FileChange[] }): VNode {
  const session = app.sessionOf(place);
  const turn = app.table.idOf(app.table.turnAbove(place));
  return (
    <section class="detail-part" aria-label="Files">
      <h3>Files</h3>
      <ul class="changed-files">
        {files.map((file) => (
          <li key={file.path}>
            <button
              type="button"
              class="link"
              title={`Diff of ${file.path}`}
              aria-label={`${file.path}, ${file.kind}, ${lineCounts(file)}, show diff`}
              onClick={() => void app.act("turn.diff", { session, turn, path: file.path })}
            >
              {file.path}
            </button>
            <LineCounts file={file} />
          </li>
        ))}
      </ul>
    </section>
  );
}
