import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { HostMessage } from "#protocol/protocol.ts";
import type { RunState, RunsState } from "#protocol/run-state.ts";
import type { WorkflowEntry } from "#protocol/workflows.ts";
import { actOver, type Act } from "../act.ts";
import { createClient, type Client } from "../client.ts";
import { HostClock } from "../host-clock.ts";
import { pageApp } from "../page-app.ts";
import type { Port } from "../port.ts";
import { createStore, type Schedule, type Store } from "../store.ts";
import { Preview } from "./preview.ts";

/** What the page shows: the list, a run, or a script before it is run. */
export type RunsPlace =
  | { readonly kind: "list" }
  | { readonly kind: "run"; readonly run: string }
  | { readonly kind: "preview"; readonly workflow: string; readonly args: string }
  | { readonly kind: "compare"; readonly run: string; readonly other: string };

/** What every component of the page of runs draws from and dispatches to. */
export interface RunsApp {
  readonly client: Client;
  readonly act: Act;
  readonly clock: HostClock;
  /** Why the last thing that the user asked for did not happen. */
  readonly problem: Signal<string>;
  readonly place: ReadonlySignal<RunsPlace>;
  readonly list: ReadonlySignal<RunsState | undefined>;
  /** The scripts that there are, as they were listed last; undefined until then. */
  readonly workflows: Signal<readonly WorkflowEntry[] | undefined>;
  /** The run that is shown; undefined until the host has told it. */
  readonly run: ReadonlySignal<RunState | undefined>;
  /** Whether the script's file is another than the run had. */
  readonly isFileChanged: ReadonlySignal<boolean>;
  /** What a run of the script would be. */
  readonly preview: Preview;
  /** The step that is opened, and can be reached by Tab; "" for none. */
  readonly selected: Signal<string>;
  /** Phases that are folded. */
  readonly folded: Signal<ReadonlySet<string>>;
  readonly go: (place: RunsPlace) => void;
}

/** Makes the app over a port and begins to follow the host. */
export function createRunsApp(port: Port, schedule: Schedule): RunsApp {
  const client = createClient(port);
  const store = createStore(port, schedule);
  const problem = signal("");
  const act = actOver(client, problem);
  const clock = new HostClock();
  const place = signal<RunsPlace>({ kind: "list" });
  const selected = signal("");
  const folded = signal<ReadonlySet<string>>(new Set());
  const isFileChanged = signal(false);
  const preview = new Preview(act);
  const go = (next: RunsPlace): void => {
    problem.value = "";
    selected.value = "";
    folded.value = new Set();
    place.value = next;
    if (next.kind === "preview") void preview.open(next.workflow, next.args);
  };
  const list = store.follow("runs", "");
  const workflows = signal<readonly WorkflowEntry[] | undefined>(undefined);
  const scriptChanges = computed(() => list.value?.scriptChanges ?? 0);
  const run = followRun({ place, act, store, isFileChanged, scriptChanges });
  port.listen(receiver({ port, client, store, clock, go }));
  const shown = { place, list, workflows, run, isFileChanged, preview, selected, folded };
  return { client, act, clock, problem, ...shown, go };
}

interface Following {
  readonly place: ReadonlySignal<RunsPlace>;
  readonly act: Act;
  readonly store: Store;
  readonly isFileChanged: Signal<boolean>;
  readonly scriptChanges: ReadonlySignal<number>;
}

// A run is followed once the host has opened it.
function followRun(following: Following): ReadonlySignal<RunState | undefined> {
  const { place, act, store, isFileChanged, scriptChanges } = following;
  const id = computed(() => (place.value.kind === "run" ? place.value.run : ""));
  const followed = signal<ReadonlySignal<RunState | undefined> | undefined>(undefined);
  const attempt = computed(() => followed.value?.value?.attempt ?? 0);
  effect(() => {
    const run = id.value;
    if (run === "") return undefined;
    let isLeft = false;
    const look = (): void =>
      void act("run.open", { run }).then((opened) => {
        if (isLeft || opened === undefined) return;
        isFileChanged.value = opened.isFileChanged;
        followed.value ??= store.follow("run", run);
      });
    look();
    // Each attempt may have another script than the one before, and any may be edited.
    const changes = computed(() => scriptChanges.value + Math.max(1, attempt.value));
    const before = changes.peek();
    const unfollow = effect(() => {
      if (changes.value !== before) look();
    });
    // Not every folder is watched from which a script can run.
    window.addEventListener("focus", look);
    return () => {
      isLeft = true;
      unfollow();
      window.removeEventListener("focus", look);
      followed.value = undefined;
      store.unfollow("run", run);
    };
  });
  return computed(() => followed.value?.value);
}

interface Receiving {
  readonly port: Port;
  readonly client: Client;
  readonly store: Store;
  readonly clock: HostClock;
  readonly go: (place: RunsPlace) => void;
}

function receiver({ port, client, store, clock, go }: Receiving): (message: HostMessage) => void {
  return (message) => {
    switch (message.type) {
      case "result":
      case "error":
        return client.receive(message);
      case "snapshot":
        return store.receive(message);
      case "events":
        if (message.channel === "run") for (const event of message.events) clock.see(event.at);
        return store.receive(message);
      case "ping":
        return port.post({ type: "pong" });
      case "show-run":
        return go(placeOf(message));
      case "focus-composer":
      case "focus-search":
      case "show-turn":
      case "show-trace":
    }
  };
}

function placeOf({ run, workflow, args = "" }: Extract<HostMessage, { type: "show-run" }>): RunsPlace {
  if (run !== undefined) return { kind: "run", run };
  return workflow === undefined ? { kind: "list" } : { kind: "preview", workflow, args };
}

const page = pageApp<RunsApp>();

/** Says which app the page's components are part of. */
export const provideRuns = page.provide;

/** The app that a component of the page of runs is part of. */
export const useRuns = page.use;
