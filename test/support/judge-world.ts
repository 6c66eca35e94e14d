/** A made-up disk and a world around it, for judging without touching anything. */
import type { RealPath, World } from "#core/permissions/judgement.ts";

type Node =
  | { readonly kind: "directory"; readonly entries: Map<string, Node> }
  | { readonly kind: "file"; readonly links: number }
  | { readonly kind: "other" }
  | { readonly kind: "link"; readonly target: string };

/** A disk in memory, which finds paths as a kernel does. */
class Disk {
  readonly #root: Node & { kind: "directory" } = { kind: "directory", entries: new Map() };

  /** Makes files; "a/" is a folder, "a -> b" a link, "a =2" a file of two names, "a !" a pipe. */
  constructor(paths: readonly string[]) {
    for (const path of paths) this.#make(path);
  }

  #make(said: string): void {
    const [, path = said, what = ""] = /^(\S+) ((?:->|=|!).*)$/.exec(said) ?? [];
    const names = path.split("/").filter((name) => name !== "");
    let folder = this.#root;
    for (const name of path.endsWith("/") ? names : names.slice(0, -1)) {
      const next = folder.entries.get(name) ?? { kind: "directory", entries: new Map<string, Node>() };
      if (next.kind !== "directory") throw new Error(`${path}: ${name} is no folder`);
      folder.entries.set(name, next);
      folder = next;
    }
    if (!path.endsWith("/")) folder.entries.set(names.at(-1) ?? "", nodeOf(what));
  }

  /** The names in a folder. */
  readonly list = (path: string): Promise<readonly string[]> => {
    let node: Node | undefined = this.#root;
    for (const name of this.find(path).path.split("/").slice(1).filter(Boolean))
      node = node?.kind === "directory" ? node.entries.get(name) : undefined;
    return Promise.resolve(node?.kind === "directory" ? [...node.entries.keys()] : []);
  };

  /** What is at a path, links followed before "..". */
  readonly resolve = (path: string): Promise<RealPath> => Promise.resolve(this.find(path));

  /** As `resolve`, at once. */
  find(path: string): RealPath {
    const pending = path.split("/").toReversed();
    const trail: { name: string; node: Node & { kind: "directory" } }[] = [{ name: "", node: this.#root }];
    let links = 0;
    const missing: string[] = [];
    while (pending.length > 0) {
      const name = pending.pop() ?? "";
      const folder = trail.at(-1)?.node ?? this.#root;
      if (name === "" || name === ".") continue;
      if (name === "..") {
        if (missing.length > 0) missing.pop();
        else if (trail.length > 1) trail.pop();
        continue;
      }
      const node = missing.length > 0 ? undefined : folder.entries.get(name);
      if (node?.kind === "link" && links++ < 40) {
        pending.push(...node.target.split("/").toReversed());
        if (node.target.startsWith("/")) trail.length = 1;
      } else if (node?.kind === "directory") trail.push({ name, node });
      else if (
        node === undefined ||
        node.kind === "link" ||
        pending.some((next) => next !== "" && next !== ".")
      )
        missing.push(name);
      else {
        const real = pathOf([...trail.map((one) => one.name), name]);
        return { path: real, kind: node.kind, links: node.kind === "file" ? node.links : 1 };
      }
    }
    const real = pathOf([...trail.map((one) => one.name), ...missing]);
    return { path: real, kind: missing.length > 0 ? "missing" : "directory", links: 1 };
  }
}

function nodeOf(what: string): Node {
  if (what.startsWith("->")) return { kind: "link", target: what.slice(2).trim() };
  if (what.startsWith("!")) return { kind: "other" };
  return { kind: "file", links: what.startsWith("=") ? Number(what.slice(1)) : 1 };
}

function pathOf(names: readonly string[]): string {
  return `/${names.filter((name) => name !== "").join("/")}`;
}

const system = `/etc/passwd /etc/hosts /etc/shadow /home/me/.bashrc /home/me/.ssh/id_rsa /home/me/notes.txt /home/me/other/secret.txt
  /home/me/.aws/credentials /home/me/.boocode/config.yaml /outside/x.js /usr/bin/python3 /usr/bin/docker /usr/bin/ls
  /proc/self/environ /tmp/old/file.txt`;
const project = `/ws/package.json /ws/README.md /ws/file /ws/src/a.ts /ws/src/b.ts /ws/src/deep/c.ts /ws/test/a.test.ts /ws/docs/guide.md
  /ws/.gitignore /ws/Makefile /ws/go.mod /ws/data.json /ws/scripts/x.js /ws/scripts/x.sh /ws/scripts/tool.py /ws/.env
  /ws/.env.example /ws/server.pem /ws/.git/config /ws/.git/HEAD /ws/.git/hooks/ /ws/.vscode/settings.json /ws/boocode.yaml
  /ws/.claude/settings.json /ws/.husky/pre-commit /ws/build/out.js /ws/dist/main.js /ws/coverage/
  /ws/node_modules/typescript/bin/tsc /ws/node_modules/.bin/mocha /ws/node_modules/.bin/left /ws/packages/one/package.json
  /ws/packages/two/ /ws/.venv/bin/activate /ws/.venv/bin/pytest /ws/.venv/bin/pip /ws/gradlew /ws/mvnw /ws/notes.txt /ws/log.txt
  /ws/config/app.json /ws/evil /ws/bare/HEAD /ws/bare/config /ws/bare/objects/`;
const plain = [
  ...[
    ...system.split(/\s+/),
    ...project.split(/\s+/),
    "/dev/null !",
    "/dev/sda !",
    "/dev/tty !",
    "/var/run/docker.sock !",
  ],
  ...["/ws/node_modules/.bin/tsc -> ../typescript/bin/tsc", "/ws/.venv/bin/python -> /usr/bin/python3"],
];

/** A project in /ws, a home, some of a system. */
export const calmDisk = new Disk(plain);

/** The same, with links to elsewhere, files of two names and what else a project can be trapped with. */
export const disk = new Disk([
  ...plain,
  ...[
    "/ws/leak -> /etc",
    "/ws/evilfile -> /home/me/.bashrc",
    "/ws/up -> ..",
    "/ws/self -> .",
    "/ws/inlink -> src/a.ts",
  ],
  ...[
    "/ws/src/root -> /ws",
    "/ws/dock -> /usr/bin/docker",
    "/ws/link.d/x -> /outside",
    "/ws/hard.txt =2",
    "/ws/pipe !",
  ],
  ...["/ws/nested/.git/config", "/ws/two words.txt", "/ws/-rf"],
]);

/** A world as most of the tables have it: /ws is trusted, nothing else is allowed. */
export function worldWith(change: Partial<World> = {}): World {
  return {
    folders: ["/ws"],
    home: "/home/me",
    temporary: [],
    replaced: ["/tmp"],
    isTrusted: true,
    isConfined: false,
    runsUnconfined: false,
    mode: "default",
    rules: [],
    project: "/ws",
    isWindows: false,
    ignoresCase: false,
    ...change,
  };
}
