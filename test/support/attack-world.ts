import assert from "node:assert/strict";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { BooError } from "#core/errors.ts";
import type { FileAccess, Guard } from "#core/permissions/guard.ts";
import type { Files, WorkspaceFolder } from "#core/ports.ts";
import { createFiles } from "#node/files.ts";
import { createPlainEditor, noCodeIntel } from "#node/plain-editor.ts";
import { findRipgrep } from "#node/search-ripgrep.ts";
import { tellModel, type ToolPorts, guardOfFiles } from "./fake-ports.ts";
import { vscodeFolder } from "./setup.mjs";

/** What nothing may tell: the text of files outside. */
export const secret = "SECRET-7f3a";

/** Files of every world; "ws" is the workspace, "home" the user's home. */
const tree: Readonly<Record<string, string>> = {
  "ws/a.txt": "inside\n",
  "ws/src/b.txt": "inside too\n",
  "ws/src/deep/c.txt": "inside, deep\n",
  "out/secret.txt": `${secret}\n`,
  "out/a.txt": `${secret} a\n`,
  "out/b.txt": `${secret} b\n`,
  "out/dir/secret.txt": `${secret} below\n`,
  "home/notes.txt": `${secret} at home\n`,
};

const ripgrep = findRipgrep(vscodeFolder);

/** Real files, the tools' real ports over them, and a guard that allows what is inside and no more. */
export class AttackWorld implements AsyncDisposable {
  readonly base: string;
  /** What the guard was asked beside what it allows by itself: "read file out/a.txt", "write missing out/new.txt 2 links". */
  readonly asked: string[] = [];
  /** Runs while the guard is asked, or right after a look at a path; once. */
  meanwhile: (() => void) | undefined;
  afterLook: (() => void) | undefined;
  /** Whether the guard allows what it is asked. */
  isAllowed = false;
  folders: WorkspaceFolder[];
  dirty: { readonly path: string; readonly text: string }[] = [];
  readonly ports: ToolPorts;

  private constructor(base: string, withRipgrep: boolean) {
    this.base = base;
    this.folders = [{ name: "ws", path: join(base, "ws") }];
    const editor = createPlainEditor([]);
    this.ports = {
      editor: { ...editor, folders: () => this.folders, dirtyDocuments: () => this.dirty },
      files: this.#watched(createFiles({ ripgrep: withRipgrep ? ripgrep : undefined, freshMs: 0 })),
      codeIntel: noCodeIntel,
      home: join(base, "home"),
      isTrusted: () => true,
    };
  }

  static async make({ withRipgrep = true } = {}): Promise<AttackWorld> {
    const base = await realpath(await mkdtemp(join(tmpdir(), "boocode-attack-")));
    for (const [path, text] of Object.entries(tree)) {
      await mkdir(dirname(join(base, path)), { recursive: true });
      await writeFile(join(base, path), text);
    }
    return new AttackWorld(base, withRipgrep);
  }

  at(path: string): string {
    return join(this.base, path);
  }

  /** The policy in short: the workspace's own regular files and directories, with one name each. */
  readonly guard: Guard = guardOfFiles(async (access) => {
    const run = this.meanwhile;
    this.meanwhile = undefined;
    run?.();
    const root = this.at("ws");
    const isInside = access.path === root || access.path.startsWith(`${root}/`);
    if (isInside && access.kind !== "other" && access.links === 1) return;
    this.asked.push(this.#line(access));
    if (!this.isAllowed) throw new BooError("denied", "The user said no.");
  });

  /** What a tool tells the model. */
  tell(tool: string, input: object): Promise<string> {
    return tellModel(this.ports, tool, input, this.guard);
  }

  /** Everything outside the workspace that has a text, and where links lead. */
  outside(): Readonly<Record<string, string>> {
    return { ...texts(this.at("out"), "out"), ...texts(this.at("home"), "home") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.base, { recursive: true, force: true });
  }

  #line({ operation, kind, path, links }: FileAccess): string {
    const shown = path.startsWith(`${this.base}/`) ? path.slice(this.base.length + 1) : path;
    return `${operation} ${kind} ${shown}${links === 1 ? "" : ` ${links} links`}`;
  }

  #watched(files: Files): Files {
    const look = async <T>(answer: Promise<T>): Promise<T> => {
      const found = await answer;
      const run = this.afterLook;
      this.afterLook = undefined;
      run?.();
      return found;
    };
    return {
      ...files,
      stat: (path) => look(files.stat(path)),
      realPath: (path) => look(files.realPath(path)),
    };
  }
}

function texts(folder: string, name: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, entry);
    const stat = lstatSync(path);
    if (stat.isDirectory())
      Object.assign(found, texts(path, `${name}/${entry}`), { [`${name}/${entry}`]: "" });
    else if (stat.isSymbolicLink()) found[`${name}/${entry}`] = readlinkSync(path);
    else if (stat.isFile()) found[`${name}/${basename(path)}`] = readFileSync(path, "utf8");
  }
  return found;
}

/** An attack by way of a tool. */
export interface Attack {
  readonly prepare?: (world: AttackWorld) => unknown;
  readonly tool: string;
  readonly input: object | ((world: AttackWorld) => object);
  /** What happens while the guard is asked for the first time. */
  readonly meanwhile?: (world: AttackWorld) => void;
  /** What happens right after the first look at a path. */
  readonly afterLook?: (world: AttackWorld) => void;
  /** What the model is told: "code: message" where it fails. */
  readonly told: RegExp;
  /** What the user would be asked. */
  readonly asked?: readonly string[];
  /** The user says yes: then the files outside may change, and be told. */
  readonly isAllowed?: true;
  readonly afterwards?: (world: AttackWorld) => void;
}

/** Runs attacks, each in a world of its own: nothing outside is told or changed unless it was allowed, and nothing hangs. */
export function check(name: string, attack: Attack): void {
  it(name, async function () {
    this.timeout(15_000);
    await using world = await AttackWorld.make();
    await attack.prepare?.(world);
    world.meanwhile = attack.meanwhile && (() => attack.meanwhile?.(world));
    world.afterLook = attack.afterLook && (() => attack.afterLook?.(world));
    world.isAllowed = attack.isAllowed ?? false;
    const before = world.outside();
    const input = typeof attack.input === "function" ? attack.input(world) : attack.input;
    const told = await world.tell(attack.tool, input);
    assert.match(told, attack.told);
    attack.afterwards?.(world);
    assert.deepEqual(world.asked, attack.asked ?? []);
    if (attack.isAllowed) return;
    assert.ok(!told.includes(secret), told);
    assert.deepEqual(world.outside(), before);
  });
}

/** Denied by the guard. */
export const denied = /^denied: The user said no\.$/;
