/** The ports of the headless host: plain files, the environment, stderr. */
import { realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { BooError, messageOf } from "#core/errors.ts";
import type { Log, Ports, Settings } from "#core/ports.ts";
import { createConfigFiles } from "../config-files.ts";
import { createFiles } from "../files.ts";
import { createHttp } from "../http.ts";
import { createPlainEditor, noCodeIntel } from "../plain-editor.ts";
import { findRipgrep } from "../search-ripgrep.ts";
import { createShell } from "../shell/shell.ts";
import { createSnapshots } from "../snapshot/snapshots.ts";
import { openStore } from "../store/store.ts";
import { createSystemClock } from "../system-clock.ts";

/** What the command line says. */
export interface HeadlessOptions {
  readonly folder: string;
  readonly store: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly effort: "low" | "high" | "max";
}

const log: Log = {
  info: () => {},
  warn: (message) => process.stderr.write(`${message}\n`),
  error: (message, cause) =>
    process.stderr.write(`${message}${cause === undefined ? "" : ` ${messageOf(cause)}`}\n`),
};

/** Makes the ports. Throws BooError "usage" for a folder that does not exist. */
export async function makePlainPorts(options: HeadlessOptions): Promise<Ports> {
  const path = resolve(options.folder);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new BooError("usage", `There is no folder ${path}.`);
  const folder = realpathSync(path);
  const directory = resolve(options.store);
  const files = createFiles({ ripgrep: findRipgrep(undefined) });
  let isUnconfinedTold = false;
  return {
    editor: createPlainEditor([{ name: basename(folder), path: folder }]),
    codeIntel: noCodeIntel,
    files,
    store: openStore({ directory, log }),
    shell: createShell({ directory, log }),
    snapshots: createSnapshots({ directory, log }),
    configFiles: createConfigFiles({ home: homedir(), memory: join(directory, "memory") }),
    workflows: async () => {
      const { createWorkflowHost } = await import("../workflow/workflow-host.ts");
      return createWorkflowHost({ folder, directory });
    },
    home: homedir(),
    http: createHttp(),
    secrets: {
      get: () => Promise.resolve(undefined),
      set: () => Promise.reject(new BooError("no-secrets", "Keys come from the environment here.")),
      environment: (name) => process.env[name],
    },
    settings: settingsOf(options),
    clock: createSystemClock(),
    log,
    ui: {
      run: () => Promise.resolve(),
      saveText: () => Promise.resolve(false),
      pickText: () => Promise.resolve(undefined),
      openWindow: () => Promise.resolve(),
      showTrace: () => Promise.resolve(),
      showText: () => Promise.resolve(),
      openTerminal: () => Promise.resolve(),
      showWaiting: () => {},
      showRun: () => Promise.resolve(),
      tellRunAsks: () => {},
      tellRunEnded: () => {},
      tellUnconfined: () => {
        if (!isUnconfinedTold)
          log.warn("There is no sandbox here, so more is asked; bubblewrap would be one.");
        isUnconfinedTold = true;
      },
    },
    isTrusted: () => true,
    folderKey: folder,
  };
}

function settingsOf(options: HeadlessOptions): Settings {
  return {
    provider: () => options.provider,
    model: () => options.model,
    baseUrl: () => options.baseUrl,
    effort: () => options.effort,
    retention: () => ({ keepDays: 0, keepMegabytes: 0, trashDays: 0 }),
    autoResume: () => false,
    coldWarningUsd: () => 0.05,
    prices: () => ({}),
    runsUnconfined: () => false,
    cache: () => ({}),
    traceBodies: () => true,
    traceExportsBodies: () => false,
    workflows: () => ({}),
    traceEndpoint: () => "",
    setChoice: () => Promise.resolve(),
    onChange: () => {},
  };
}
