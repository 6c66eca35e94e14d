import assert from "node:assert/strict";
import { PermissionSettings } from "#core/config/permission-settings.ts";
import { BooError } from "#core/errors.ts";
import { FakeConfigFiles } from "./fake-config-files.ts";

/** The files that the settings are read from. */
export const userFile = "/home/me/.boocode/config.yaml";
export const projectFile = "/code/app/boocode.yaml";
export const olderFile = "/code/app/dispatch.yaml";

/** Settings over files in memory, with what a test changes beside them. */
export class SettingsWorld {
  readonly files: FakeConfigFiles;
  readonly logged: string[] = [];
  readonly links = new Map<string, string>();
  folders: readonly string[] = ["/code/app"];
  isTrusted = true;
  changes = 0;
  readonly settings: PermissionSettings;

  private constructor(files: FakeConfigFiles) {
    this.files = files;
    const log = (message: string) => void this.logged.push(message);
    this.settings = new PermissionSettings({
      configFiles: files,
      files: { realPath: async (path) => this.realPath(path) },
      log: { info: log, warn: log, error: log },
      folders: () => this.folders,
      isTrusted: () => this.isTrusted,
      home: "/home/me",
    });
    this.settings.onChange(() => (this.changes += 1));
  }

  /** Settings that have read their files. */
  static async of(
    texts: Readonly<Record<string, string>> = {},
    files = new FakeConfigFiles(texts),
  ): Promise<SettingsWorld> {
    const world = new SettingsWorld(files);
    await world.settings.start();
    return world;
  }

  realPath(path: string): string {
    for (const [link, target] of this.links)
      if (path === link || path.startsWith(`${link}/`)) return target + path.slice(link.length);
    return path;
  }

  /** What counts: "effect operation pattern [for project] (origin)". */
  rules(): readonly string[] {
    return this.settings
      .rules()
      .map(({ effect, operation, pattern, project, origin }) =>
        [
          effect,
          operation,
          pattern,
          ...(project === undefined ? [] : [`for ${project}`]),
          `(${origin})`,
        ].join(" "),
      );
  }

  /** What is shown: "file:line effect pattern marks". */
  saved(): readonly string[] {
    return this.settings.state.rules.map(({ file, line, effect, pattern, isPending, canRevoke }) =>
      [
        `${file.replace(/^.*\//, "")}:${line}`,
        effect,
        pattern,
        ...(isPending ? ["pending"] : []),
        ...(canRevoke ? ["revocable"] : []),
      ].join(" "),
    );
  }

  problems(): readonly string[] {
    return this.settings.state.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  }

  /** Changes a file and resolves when that has been read. */
  async edit(path: string, text: string | undefined): Promise<void> {
    this.files.edit(path, text);
    await this.settings.refresh();
  }
}

/** The code of the BooError that something ends with, or "done". */
export const codeOf = async (doing: Promise<unknown>): Promise<string> =>
  doing.then(
    () => "done",
    (error: unknown) => {
      assert.ok(error instanceof BooError, String(error));
      return error.code;
    },
  );
