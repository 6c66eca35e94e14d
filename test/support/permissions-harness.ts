/** The permission log outside of an editor: a host with entries, grants and rules, in a browser. */
import type { Page } from "playwright-core";
import type { PermissionEntry, PermissionsState } from "../../src/protocol/permissions.ts";
import { openScripted } from "./scripted-page.ts";
import { fakeHost, refuse } from "./webview-harness-host.ts";
import type { Harness, Theme } from "./webview-harness.ts";

/** What the host of the log knows. */
export interface PermissionsScript {
  /** Newest first. */
  readonly entries: readonly PermissionEntry[];
  readonly state?: Partial<PermissionsState>;
  readonly active?: string;
}

/** How the log is opened. */
export interface PermissionsOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** A request that fails the first time it is made. */
  readonly refused?: { readonly method: string; readonly message: string };
}

declare global {
  interface Window {
    /** Lets the host decide something. */
    decide(entry: PermissionEntry): void;
  }
}

/** Opens the log in a page and waits until it is drawn. */
export async function openPermissions(
  view: Page,
  harness: Harness,
  script: PermissionsScript,
  options: PermissionsOptions = {},
): Promise<Page> {
  const { theme = "dark", width = 900, height = 800, refused } = options;
  await openScripted(view, {
    ...{ url: `${harness.url}?view=permissions&theme=${theme}`, width, height },
    scripts: [
      (page) => page.addInitScript(scriptPermissions, script),
      (page) => page.addInitScript(fakeHost),
      ...(refused ? [refuse(refused)] : []),
    ],
  });
  await view.locator(".permissions-log :is(.row-list, .empty)").first().waitFor();
  await view.getByRole("complementary").waitFor();
  return view;
}

/** Runs in the page before `fakeHost`; everything it uses must be inside of it. */
function scriptPermissions(script: PermissionsScript): void {
  let entries = [...script.entries];
  let state: PermissionsState = { grants: [], rules: [], problems: [], pending: [], ...script.state };
  const change = (part: Partial<PermissionsState>) => {
    state = { ...state, ...part };
    window.host.emit("permissions", [{ type: "permissions-change", change: part }]);
    return {};
  };
  interface Query {
    readonly session?: string;
    readonly text: string;
    readonly offset: number;
    readonly limit: number;
  }
  const answers: Record<string, (params: never) => unknown> = {
    "permissions.read": ({ session, text, offset, limit }: Query) => {
      const words = text.toLowerCase().split(/\s+/);
      const found = entries.filter(
        (entry) =>
          (session === undefined || entry.session === session) &&
          words.every((word) => Object.values(entry).join("\n").toLowerCase().includes(word)),
      );
      return { entries: found.slice(offset, offset + limit), total: found.length };
    },
    "permissions.revoke": ({ id }: { id: string }) =>
      change({
        grants: state.grants.filter((grant) => grant.id !== id),
        rules: state.rules.filter((rule) => rule.id !== id),
      }),
    "permissions.approve": ({ hash }: { hash: string }) =>
      change({ pending: state.pending.filter((pending) => pending.hash !== hash) }),
  };
  window.decide = (entry) => {
    entries = [entry, ...entries];
    window.host.emit("permissions", [{ type: "permission-entry", entry }]);
  };
  window.scripted = {
    active: () => script.active ?? "s1",
    answer: (method, params) => answers[method]?.(params as never) ?? {},
    stateOf: (channel) =>
      channel === "permissions"
        ? state
        : { folders: ["weather-station"], isTrusted: true, activeSession: script.active ?? "s1" },
  };
}
