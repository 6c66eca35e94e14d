/** The `Settings` port; what decides where keys and texts go is read from user level only. */
import { ConfigurationTarget, workspace, type Disposable } from "vscode";
import type { Settings } from "#core/ports.ts";

const section = "boocode";
const efforts = ["low", "high", "max"] as const;

/** Makes the port; dispose it to stop listening. */
export function createSettings(): Settings & Disposable {
  const listeners = new Set<() => void>();
  const watchers = [
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(section)) for (const listener of listeners) listener();
    }),
    workspace.onDidGrantWorkspaceTrust(() => {
      for (const listener of listeners) listener();
    }),
  ];
  return {
    provider: () => userValue("provider") || "deepseek",
    baseUrl: () => userValue("baseUrl"),
    model: () => trustedValue("model"),
    effort() {
      const value = trustedValue("effort");
      return efforts.find((effort) => effort === value) ?? "high";
    },
    retention: () => ({
      keepDays: userNumber("history.keepDays"),
      keepMegabytes: userNumber("history.keepMegabytes"),
      trashDays: userNumber("history.trashDays"),
    }),
    autoResume: () => inspected("autoResume") === true,
    coldWarningUsd: () => userNumber("coldWarning"),
    prices: () => inspected("prices"),
    cache: () => inspected("cache"),
    traceExportsBodies: () => inspected("trace.exportBodies") === true,
    workflows: () => ({
      ...(userNumber("workflows.concurrency") > 0 && { concurrency: userNumber("workflows.concurrency") }),
      ...(userNumber("workflows.stallSeconds") > 0 && {
        stallMs: userNumber("workflows.stallSeconds") * 1000,
      }),
      nullStops: inspected("workflows.nullStops") !== false,
      warmsPrefix: inspected("workflows.warmPrefix") !== false,
    }),
    traceEndpoint: () => userValue("trace.endpoint"),
    runsUnconfined: () => inspected("shell.runsUnconfined") === true,
    traceBodies: () => inspected("trace.bodies") !== false,
    async setChoice({ provider, model, effort }) {
      // Provider first: whoever listens never sees a model with the provider before it.
      for (const [name, value] of Object.entries({ provider, model, effort })) {
        if (userValue(name) === value) continue;
        await workspace.getConfiguration(section).update(name, value, ConfigurationTarget.Global);
      }
    },
    onChange: (listener) => void listeners.add(listener),
    dispose() {
      for (const watcher of watchers) watcher.dispose();
    },
  };
}

// A project must not be able to send what is typed here, or a key, to another server.
function userValue(name: string): string {
  const value = inspected(name);
  return typeof value === "string" ? value : "";
}

function userNumber(name: string): number {
  const value = inspected(name);
  return typeof value === "number" && value > 0 ? value : 0;
}

function inspected(name: string): unknown {
  const found = workspace.getConfiguration(section).inspect<unknown>(name);
  return found?.globalValue ?? found?.defaultValue;
}

function trustedValue(name: string): string {
  if (!workspace.isTrusted) return userValue(name);
  const value = workspace.getConfiguration(section).get<unknown>(name);
  return typeof value === "string" ? value : "";
}
