import assert from "node:assert/strict";
import { withoutRule, withRule } from "#core/config/edit-rules.ts";
import { readPermissions, type ConfigSource } from "#core/config/permission-section.ts";

const source: ConfigSource = { file: "/home/me/.boocode/config.yaml", scope: "user", home: "/home/me" };

/** Writes files as people do, in all the ways that YAML has. */
class Author {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  pick<T>(...from: readonly [T, ...T[]]): T {
    return from[this.#below(from.length)] ?? from[0];
  }

  file(): string {
    const step = this.pick(2, 3, 4);
    const pad = " ".repeat(step);
    const sections = [
      this.pick("", `models: {a: 1}${this.#comment()}\n`),
      this.pick("", `text: |\n${pad}permissions: x\n\n`),
      this.pick("", `fold: >+\n${pad}x\n\n`),
      this.pick("", this.#permissions(step)),
    ];
    const text = sections
      .toSorted(() => this.pick(-1, 1))
      .map((section) => this.#line(0) + section)
      .join("");
    const ended = this.pick(text, text, text.trimEnd());
    return this.pick(ended, ended, ended.replaceAll("\n", "\r\n"));
  }

  #below(limit: number): number {
    // mulberry32
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  #comment(): string {
    return this.pick("", "", " # c", "   # x, y ] } : z");
  }

  #line(indent: number): string {
    return this.pick("", "", "\n", "# full\n", `${" ".repeat(indent)}# full, [line]\n`);
  }

  #permissions(step: number): string {
    const lists =
      this.pick("", this.#list("allow", step, step)) + this.pick("", this.#list("deny", step, step));
    const names = this.pick(["/p"], ["/p", "~/q"], ['"/r s"', "/p"], []);
    const projects = names.map((name) => this.#project(name, step)).join("");
    const head = `${" ".repeat(step)}projects:${this.#comment()}\n`;
    return `permissions:${this.#comment()}\n${lists}${this.pick("", head + projects, head + projects)}`;
  }

  #project(name: string, step: number): string {
    const head = `${this.#line(step)}${" ".repeat(2 * step)}${name}:`;
    const lines = this.#list("allow", 3 * step, step) + this.pick("", this.#list("deny", 3 * step, step));
    return head + this.pick(`${this.#comment()}\n${lines}`, ` { allow: ${this.#brackets(", ")} }\n`);
  }

  #list(key: string, indent: number, step: number): string {
    const pad = " ".repeat(indent);
    const deep = " ".repeat(indent + step);
    const dash = `${pad}${this.pick("", " ".repeat(step))}-${this.pick(" ", "   ")}`;
    const item = (): string =>
      this.#line(indent) + dash + this.pick(this.#rule(), `{${this.#rule()}}`) + this.#comment();
    return `${this.#line(indent)}${pad}${key}:${this.pick(
      this.#comment(),
      ` ${this.#brackets(",  ")}${this.#comment()}`,
      ` [${this.#comment()}\n${deep}{${this.#rule()}},${this.#comment()}\n${deep}{${this.#rule()}}${this.pick("", ",")}\n${pad}]`,
      `${this.#comment()}\n${item()}`,
      `${this.#comment()}\n${item()}\n${item()}`,
    )}\n`;
  }

  #brackets(comma: string): string {
    const rules = this.pick([], [this.#rule()], [this.#rule(), this.#rule()]).map((rule) => `{${rule}}`);
    return this.pick(
      `[${rules.join(comma)}]`,
      `[ ${rules.join(comma)} ]`,
      `[${rules.join(comma)}${rules.length > 0 ? "," : ""}]`,
    );
  }

  #rule(): string {
    return this.pick(
      `run: npm run ${this.#below(50)}`,
      `run: "echo 'a b' ${this.#below(50)}"`,
      "read: /etc/**",
      'write: "/a # b"',
      "network: '*.example.com'",
    );
  }
}

/** The lines that are only comments. */
const commentsIn = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("# full"));

describe("adding and taking back rules in any file", () => {
  for (let seed = 1; seed <= 60; seed++)
    it(`seed ${seed}`, async () => {
      const author = new Author(seed);
      const text = author.file();
      const { rules, problems } = await readPermissions(text, source);
      assert.deepEqual(problems, []);
      const project = author.pick("/p", "/home/me/q", "/r s", "/new");
      const added = await withRule(text, source, { operation: "execute", pattern: "make" }, project);
      assert.deepEqual(commentsIn(added.text), commentsIn(text));
      const back = await withoutRule(added.text, source, added.id);
      assert.deepEqual(commentsIn(back), commentsIn(text));
      for (const rule of rules.slice(0, 3)) {
        const without = await withoutRule(text, source, rule.id);
        assert.deepEqual(commentsIn(without), commentsIn(text));
        const left = (await readPermissions(without, source)).rules.map(({ id }) => id);
        assert.deepEqual(
          left,
          rules.map(({ id }) => id).filter((id) => id !== rule.id),
        );
      }
    });
});
