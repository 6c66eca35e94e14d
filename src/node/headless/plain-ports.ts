/** The ports of the headless host: plain files, the environment, stderr. */
import { realpathSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { BooError, messageOf } from "#core/errors.ts";
import type { Log, Ports, Settings } from "#core/ports.ts";
import { createFiles } from "../files.ts";
import { createHttp } from "../http.ts";
import { createPlainEditor, noCodeIntel } from "../plain-editor.ts";
import { findRipgrep } from "../search-ripgrep.ts";
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
  return {
    editor: createPlainEditor([{ name: basename(folder), path: folder }]),
    codeIntel: noCodeIntel,
    files: createFiles({ ripgrep: findRipgrep(undefined) }),
    store: openStore({ directory: resolve(options.store), log }),
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
    cache: () => ({}),
    traceBodies: () => true,
    traceExportsBodies: () => false,
    traceEndpoint: () => "",
    setChoice: () => Promise.resolve(),
    onChange: () => {},
  };
}
