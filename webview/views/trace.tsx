import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useOwnState } from "../own-state.ts";
import { IconButton } from "../parts/icon-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { Splitter } from "../parts/splitter.tsx";
import { TraceExport } from "../parts/trace-export.tsx";
import { TraceToolbar } from "../parts/trace-toolbar.tsx";
import { TraceTotals } from "../parts/trace-totals.tsx";
import { useTrace, type TraceApp } from "../trace/app.ts";
import { detailShares, labelShares, type Tab } from "../trace/kept.ts";
import { TraceCache } from "./trace-cache.tsx";
import { TraceDetail } from "./trace-detail.tsx";
import { TraceTree } from "./trace-tree.tsx";

/** From this width on the detail stands beside the tree, in pixels. */
const wideFrom = 840;

/** The whole page: totals, tools, the tree of spans or the list of what the cache did, and the detail of one. */
export function Trace(): VNode {
  const app = useTrace();
  const session = app.session.value;
  const reading = app.feed.reading.value;
  // Drawn again when the first spans come, not with each: its parts see to themselves.
  const hasSpans = useComputed(() => app.stamp.value >= 0 && app.table.count > 1).value;
  return (
    <main class="trace">
      <h1 class="hidden">Trace{session === undefined ? "" : `: ${session.title}`}</h1>
      <Problem app={app} />
      {hasSpans ? (
        <>
          <TraceTotals />
          <Tabs app={app} />
          {app.kept.value.tab === "time" && <TraceToolbar />}
          <Body app={app} />
        </>
      ) : reading.status === "failed" ? (
        <Failure app={app} text={reading.message} />
      ) : session === undefined || session.id === "" || reading.status === "done" ? (
        <Nothing app={app} />
      ) : (
        <p class="trace-loading" role="status">
          <Icon name="loading" /> Loading the trace
        </p>
      )}
    </main>
  );
}

const tabs = { time: "Time", cache: "Cache" } as const;

function Tabs({ app }: { readonly app: TraceApp }): VNode {
  const { tab } = app.kept.value;
  const choose = (next: Tab) => app.keep({ tab: next });
  return (
    <div class="trace-tabs">
      <div
        role="tablist"
        aria-label="What is shown"
        onKeyDown={(event) => {
          if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
          choose(tab === "time" ? "cache" : "time");
          const other = event.currentTarget.querySelector<HTMLElement>("[aria-selected=false]");
          other?.focus();
        }}
      >
        {(["time", "cache"] as const).map((one) => (
          <button
            key={one}
            type="button"
            class="tab"
            role="tab"
            id={`tab-${one}`}
            aria-selected={one === tab}
            aria-controls="trace-panel"
            tabIndex={one === tab ? 0 : -1}
            onClick={() => choose(one)}
          >
            {tabs[one]}
          </button>
        ))}
      </div>
      <TraceExport />
    </div>
  );
}

function Problem({ app }: { readonly app: TraceApp }): VNode {
  const text = app.problem.value;
  return (
    <div role="alert">
      {text !== "" && (
        <div class="notice error trace-problem">
          <Icon name="error" />
          <p class="notice-text">{text}</p>
          <IconButton icon="close" label="Dismiss" onClick={() => (app.problem.value = "")} />
        </div>
      )}
    </div>
  );
}

function Body({ app }: { readonly app: TraceApp }): VNode {
  const box = useRef<HTMLDivElement>(null);
  const isWide = useIsWide(box);
  const { detailShare, labelShare, tab } = app.kept.value;
  const isOpen = app.isDetailOpen.value;
  const size = `${detailShare * 100}%`;
  const rest = 1 - detailShare;
  return (
    <div ref={box} class={`trace-body ${isWide ? "beside" : "below"}`}>
      <section
        class="trace-main"
        style={{ "--label": String(labelShare) }}
        id="trace-panel"
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
      >
        {tab === "cache" ? (
          <TraceCache />
        ) : (
          <>
            <TraceTree />
            <Splitter
              label="Width of the names"
              isVertical
              share={labelShare}
              {...labelShares}
              onMove={(share) => app.keep({ labelShare: share })}
              class="label-splitter"
              style={{ left: `${labelShare * 100}%` }}
            />
          </>
        )}
      </section>
      {isOpen && (
        <>
          <Splitter
            label="Size of the detail"
            isVertical={isWide}
            share={rest}
            least={1 - detailShares.most}
            most={1 - detailShares.least}
            onMove={(share) => app.keep({ detailShare: 1 - share })}
          />
          <section
            class="trace-detail"
            data-testid="trace-detail"
            aria-label="Detail"
            style={isWide ? { width: size } : { height: size }}
          >
            <TraceDetail />
          </section>
        </>
      )}
    </div>
  );
}

function useIsWide(box: { readonly current: HTMLElement | null }): boolean {
  const [isWide, setWide] = useOwnState(innerWidth >= wideFrom);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWide(element.clientWidth >= wideFrom));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return isWide;
}

function Failure({ app, text }: { readonly app: TraceApp; readonly text: string }): VNode {
  return (
    <div class="empty top" role="alert">
      <h2>The trace could not be read</h2>
      <p>{text}</p>
      <button type="button" class="button" onClick={() => void app.feed.readOn()}>
        Try again
      </button>
    </div>
  );
}

function Nothing({ app }: { readonly app: TraceApp }): VNode {
  const id = app.session.value?.id ?? "";
  return (
    <div class={`empty top${app.session.value === undefined ? " untold" : ""}`}>
      <h2>Nothing traced yet</h2>
      <p>
        Here you will see where the time and the money of a session went: each turn, each call to the model
        and each tool on one axis of time, what it cost, and how much of each prompt came from the cache.
      </p>
      {id !== "" && (
        <button
          type="button"
          class="button"
          onClick={() => void app.act("session.open", { session: id, takesFocus: true })}
        >
          Go to the chat
        </button>
      )}
    </div>
  );
}
