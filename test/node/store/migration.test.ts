import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { schemaVersion } from "#node/store/schema.ts";
import { opened, temporaryFolder } from "./world.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");

describe("an image of an earlier version", () => {
  for (let version = 1; version < schemaVersion; version++) {
    it(`${version} is read whole, and kept as it was`, async () => {
      using folder = temporaryFolder();
      const fixture = join(fixtures, `store-version-${version}`);
      cpSync(fixture, folder.path, { recursive: true });
      await using store = opened(folder.path);
      const sessions = await store.sessions("/project");
      assert.deepEqual(
        sessions.map(({ summary, marks }) => [summary.id, summary.title, marks]),
        [
          ["second", "Second question", {}],
          ["first", "How high is the tide?", {}],
          ["third", "t", {}],
        ],
      );
      const events = await store.events("first");
      assert.deepEqual(
        events.map(({ type }) => type),
        ["session-start", "title-change", "turn-start", "step-start", "step-end", "tool-end", "turn-end"],
      );
      assert.equal((await store.spans("second", { limit: 10 })).spans.length, 1);
      const hits = await store.hits(["tide", "forty"], ["second", "first"], 5);
      assert.deepEqual(
        hits.map(({ session, turn, role }) => [session, turn, role]),
        [["first", 1, "assistant"]],
        "what was written before it was searched can be found, too",
      );
      const { events: decisions, total } = await store.decisions({ offset: 0, limit: 9 });
      assert.deepEqual(
        [decisions.map(({ type }) => type), total],
        version === 1 ? [[], 0] : [["permission-decided"], 1],
      );
      const copy = join(folder.path, `boocode.sqlite.version-${version}`);
      assert.ok(existsSync(copy));
      assert.deepEqual(readFileSync(copy), readFileSync(join(fixture, "boocode.sqlite")));
      await store.clean();
      assert.equal((await store.events("first")).length, 7);
      assert.deepEqual(readFileSync(copy), readFileSync(join(fixture, "boocode.sqlite")));
      await store.append([{ kind: "purge", session: "first", at: 9 }]);
      await store.sessions();
      await store.close();
      await using later = opened(folder.path);
      await later.clean();
      assert.equal(existsSync(copy), false, "what is deleted for good is in no copy");
      assert.deepEqual(await later.events("first"), []);
    });
  }

  const version = schemaVersion - 1;
  const fixture = join(fixtures, `store-version-${version}`);
  const image = (directory: string) => join(directory, "boocode.sqlite");

  /** Reads a store whose image is the one before it, of an earlier version: that is what is kept. */
  const check = (name: string, spoil: (path: string) => void) =>
    it(`is kept as it was where it is the one before, because the newest is ${name}`, async () => {
      using folder = temporaryFolder();
      cpSync(fixture, folder.path, { recursive: true });
      const before = readFileSync(image(folder.path));
      cpSync(image(folder.path), `${image(folder.path)}.bak`);
      spoil(image(folder.path));
      await using store = opened(folder.path);
      assert.equal((await store.sessions("/project")).length, 3);
      assert.deepEqual(readFileSync(`${image(folder.path)}.version-${version}`), before);
    });
  check("gone", (path) => rmSync(path));
  check("damaged", (path) => truncateSync(path, 5_000));
});
