import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync } from "node:fs";
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
    });
  }
});
