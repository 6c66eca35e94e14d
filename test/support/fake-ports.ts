import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { BooError, messageOf } from "#core/errors.ts";
import type { Guard } from "#core/permissions/guard.ts";
import type {
  Clock,
  Diagnostic,
  Log,
  Ports,
  Retention,
  RunPlace,
  Settings,
  Secrets,
  TracePlace,
  Ui,
  WorkspaceFolder,
} from "#core/ports.ts";
import { Redactor } from "#core/session/redact.ts";
import { Commands } from "#core/shell/commands.ts";
import { UnsavedChanges } from "#core/shell/unsaved-changes.ts";
import { findTool } from "#core/tools/registry.ts";
import type { ToolResult, ToolRun } from "#core/tools/tool.ts";
import { createHttp } from "#node/http.ts";
import type { UiAction } from "#protocol/protocol.ts";
import type { RunEntry } from "#protocol/run-state.ts";
import { FakeConfigFiles } from "./fake-config-files.ts";
import { FakeShell, fakeSnapshots } from "./fake-ports-shell.ts";
import { FakeStore } from "./fake-ports-store.ts";
import { FakeWorkspace, fakeCodeIntel, fakeEditor, fakeFiles } from "./fake-ports-workspace.ts";

/** What a test may choose; files are relative to the first folder, which is /project. */
export interface FakeOptions {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly folders?: readonly WorkspaceFolder[];
  readonly isTrusted?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly settings?: Partial<FakeSettings>;
  /** Use another store, for example that of an earlier run, to play a restart. */
  readonly store?: FakeStore;
  readonly configFiles?: FakeConfigFiles;
  /** What runs of workflows need; without it there are none. */
  readonly workflows?: Ports["workflows"];
}

/** The values behind the `Settings` port. */
export interface FakeSettings {
  provider: string;
  model: string;
  baseUrl: string;
  effort: "low" | "high" | "max";
  retention: Retention;
  autoResume: boolean;
  coldWarningUsd: number;
  prices: unknown;
  cache: unknown;
  traceBodies: boolean;
  traceExportsBodies: boolean;
  traceEndpoint: string;
  runsUnconfined: boolean;
  workflows: ReturnType<Settings["workflows"]>;
}

/** All ports in memory, with what a test sets and reads beside them. */
export interface FakePorts extends Ports {
  readonly workspace: FakeWorkspace;
  readonly store: FakeStore;
  readonly shell: FakeShell;
  readonly configFiles: FakeConfigFiles;
  readonly clock: FakeClock;
  readonly secretValues: Map<string, string>;
  /** Lines of the log: "warn: …". */
  readonly logged: string[];
  readonly uiActions: UiAction[];
  /** Texts that were saved, by the name that was offered. */
  readonly saved: Map<string, string>;
  /** What the user picks to import. */
  picked: string | undefined;
  /** Folders whose windows were opened. */
  readonly windows: string[];
  /** Traces that were shown. */
  readonly traces: TracePlace[];
  /** Texts that were opened, by the names of their tabs. */
  readonly texts: Map<string, string>;
  /** Terminals that were opened: folder and command. */
  readonly terminals: (readonly [string, string])[];
  /** Runs and scripts that were shown. */
  readonly shownRuns: RunPlace[];
  /** Runs whose end was told. */
  readonly endedRuns: RunEntry[];
  /** What scripts asked. */
  readonly runQuestions: string[];
  /** How many questions wait, as it was last shown. */
  waiting: number;
  /** How often it was said that nothing confines commands. */
  unconfined: number;
  trusted: boolean;
  /** Changes settings and tells the listeners. */
  configure(settings: Partial<FakeSettings>): void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  time = Date.UTC(2026, 0, 5, 12);
  /** True lets every sleep end at once, with the time moved on. */
  isAutomatic = false;
  readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.time;
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.isAutomatic) {
      this.time += ms;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { until: this.time + ms, wake: resolve };
    this.#sleepers.push(sleeper);
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", stop);
      const index = this.#sleepers.indexOf(sleeper);
      if (index >= 0) this.#sleepers.splice(index, 1);
    }
  }

  /** Moves the time on, wakes who is due, and lets them run. */
  async advance(ms: number): Promise<void> {
    this.time += ms;
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.time) sleeper.wake();
    await setImmediate();
  }
}

const usualSettings: FakeSettings = {
  provider: "rehearsal",
  model: "",
  baseUrl: "",
  effort: "high",
  retention: { keepDays: 0, keepMegabytes: 0, trashDays: 30 },
  autoResume: false,
  coldWarningUsd: 0.05,
  prices: {},
  cache: {},
  traceBodies: true,
  traceExportsBodies: false,
  traceEndpoint: "",
  runsUnconfined: false,
  workflows: {},
};

/** Makes all ports in memory. */
export function fakePorts(options: FakeOptions = {}): FakePorts {
  const folders = options.folders ?? [{ name: "project", path: "/project" }];
  const workspace = new FakeWorkspace(folders, options.files ?? {});
  const secretValues = new Map(Object.entries(options.secrets ?? {}));
  const settings: FakeSettings = { ...usualSettings, ...options.settings };
  const listeners: (() => void)[] = [];
  const logged: string[] = [];
  const uiActions: UiAction[] = [];
  const ports: FakePorts = {
    workspace,
    editor: fakeEditor(workspace),
    codeIntel: fakeCodeIntel(workspace),
    files: fakeFiles(workspace),
    store: options.store ?? new FakeStore(),
    shell: new FakeShell(workspace),
    snapshots: fakeSnapshots(workspace),
    configFiles: options.configFiles ?? new FakeConfigFiles(),
    workflows: options.workflows ?? (() => Promise.reject(new Error("There are no workflows here."))),
    home: "/home/me",
    http: createHttp(),
    clock: new FakeClock(),
    secretValues,
    secrets: fakeSecrets(secretValues, options.environment ?? {}),
    settings: settingsOf(settings, {
      setChoice: async (choice) => ports.configure({ ...choice }),
      onChange: (listener) => void listeners.push(listener),
    }),
    configure(change) {
      Object.assign(settings, change);
      for (const listener of listeners) listener();
    },
    logged,
    log: fakeLog(logged),
    uiActions,
    ui: fakeUi(() => ports),
    saved: new Map(),
    picked: undefined,
    windows: [],
    traces: [],
    shownRuns: [],
    endedRuns: [],
    runQuestions: [],
    texts: new Map(),
    terminals: [],
    waiting: 0,
    unconfined: 0,
    trusted: options.isTrusted ?? true,
    isTrusted: () => ports.trusted,
    folderKey: folders.map((folder) => folder.path).join("\n"),
  };
  return ports;
}

function settingsOf(
  settings: FakeSettings,
  changes: Pick<Ports["settings"], "setChoice" | "onChange">,
): Ports["settings"] {
  return {
    provider: () => settings.provider,
    model: () => settings.model,
    baseUrl: () => settings.baseUrl,
    effort: () => settings.effort,
    retention: () => settings.retention,
    autoResume: () => settings.autoResume,
    coldWarningUsd: () => settings.coldWarningUsd,
    prices: () => settings.prices,
    cache: () => settings.cache,
    traceBodies: () => settings.traceBodies,
    traceExportsBodies: () => settings.traceExportsBodies,
    traceEndpoint: () => settings.traceEndpoint,
    runsUnconfined: () => settings.runsUnconfined,
    workflows: () => settings.workflows,
    ...changes,
  };
}

/** A guard that allows everything. */
const allowAll: Guard = guardOfFiles(async () => {});

/** A guard that decides about files, and lets every command run unconfined. */
export function guardOfFiles(file: Guard["file"]): Guard {
  const leave = { confinement: undefined, isReadOnly: false };
  return {
    ...{ file, command: async () => leave, refused: async () => leave, waitingRefusals: [] },
    withheld: async () => undefined,
  };
}

/** What a tool gets to run with. */
export function toolRun(
  ports: ToolPorts,
  signal: AbortSignal = new AbortController().signal,
  guard: Guard = allowAll,
): ToolRun {
  const { editor, files, codeIntel, home } = ports;
  const { shell, snapshots, clock, log } = { ...fakePorts(), ...ports };
  return {
    ...{ editor, files, codeIntel, guard, home, signal, snapshots, clock, log },
    ...{ isTrusted: ports.isTrusted(), mode: "default" },
    call: "call-1",
    commands: new Commands({ shell }, new Redactor()),
    unsaved: new UnsavedChanges(async () => true),
    ask: () => Promise.reject(new Error("Nobody is asked here.")),
    tell: () => {},
  };
}

/** The ports that tools use; those that run commands are made up where a test has none. */
export type ToolPorts = Pick<Ports, "editor" | "files" | "codeIntel" | "home" | "isTrusted"> &
  Partial<Pick<Ports, "shell" | "snapshots" | "clock" | "log">>;

/** Runs a tool as the agent does. */
export async function runTool(
  ports: ToolPorts,
  name: string,
  input: unknown,
  signal?: AbortSignal,
  guard?: Guard,
): Promise<ToolResult> {
  const tool = findTool(name);
  assert.ok(tool, `there is no tool "${name}"`);
  return tool.run(input, toolRun(ports, signal, guard));
}

/** What a tool tells the model: its output, or "code: message" of the BooError that it threw. */
export async function tellModel(
  ports: ToolPorts,
  name: string,
  input: unknown,
  guard?: Guard,
): Promise<string> {
  try {
    return (await runTool(ports, name, input, undefined, guard)).output;
  } catch (error) {
    if (error instanceof BooError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** A diagnostic of a file below /project. */
export function diagnostic(
  path: string,
  line: number,
  message: string,
  rest: Partial<Diagnostic> = {},
): Diagnostic {
  const absolute = path.startsWith("/") ? path : `/project/${path}`;
  return { path: absolute, line, column: 1, severity: "error", message, source: "ts", ...rest };
}

function fakeSecrets(values: Map<string, string>, environment: Readonly<Record<string, string>>): Secrets {
  return {
    get: async (name) => values.get(name),
    async set(name, value) {
      if (value === undefined) values.delete(name);
      else values.set(name, value);
    },
    environment: (name) => environment[name],
  };
}

function fakeLog(logged: string[]): Log {
  return {
    info: (message) => void logged.push(`info: ${message}`),
    warn: (message) => void logged.push(`warn: ${message}`),
    error: (message, cause) =>
      void logged.push(`error: ${message}${cause === undefined ? "" : ` (${messageOf(cause)})`}`),
  };
}

function fakeUi(ports: () => FakePorts): Ui {
  return {
    run: async (action) => void ports().uiActions.push(action),
    saveText: async (name, text) => {
      ports().saved.set(name, text);
      return true;
    },
    pickText: async () => ports().picked,
    openWindow: async (folder) => void ports().windows.push(folder),
    showTrace: async (place) => void ports().traces.push(place),
    showText: async (name, text) => void ports().texts.set(name, text),
    openTerminal: async (folder, line) => void ports().terminals.push([folder, line]),
    showWaiting: (count) => void (ports().waiting = count),
    showRun: async (place) => void ports().shownRuns.push(place),
    tellRunAsks: ({ text }) => void ports().runQuestions.push(text),
    tellRunEnded: (entry) => void ports().endedRuns.push(entry),
    tellUnconfined: () => void ports().unconfined++,
  };
}
