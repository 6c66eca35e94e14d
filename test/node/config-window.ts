// A window that writes down rules, one after the other, as the JSON of its only argument says.
import { PermissionSettings } from "#core/config/permission-settings.ts";
import { createConfigFiles } from "#node/config-files.ts";
import { createFiles } from "#node/files.ts";
import { join } from "node:path";

/** What a window writes: so many rules that begin with its name. */
export interface ConfigWindowJob {
  readonly home: string;
  readonly project: string;
  readonly name: string;
  readonly count: number;
}

const { home, project, name, count } = JSON.parse(process.argv[2] ?? "") as ConfigWindowJob;
const fail = (message: string): void => {
  console.error(message);
  process.exitCode = 1;
};
const settings = new PermissionSettings({
  configFiles: createConfigFiles({ home, memory: join(home, "memory") }),
  files: createFiles({ ripgrep: undefined }),
  log: { info: () => {}, warn: fail, error: fail },
  folders: () => [project],
  isTrusted: () => true,
  home,
});
await settings.start();
for (let at = 0; at < count; at++)
  await settings.allowAlways({ operation: "execute", pattern: `${name} ${at}` }, project);
settings.dispose();
