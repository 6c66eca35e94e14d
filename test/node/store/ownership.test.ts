import assert from "node:assert/strict";
import initSqlJs, { type SqlJsStatic } from "sql.js";
import type { StoreRecord } from "#core/store-ports.ts";
import { recordJson, splitLine, type SessionHead } from "#node/store/record-line.ts";
import { migrate } from "#node/store/schema.ts";
import { Queries } from "#node/store/queries.ts";
import { Statements } from "#node/store/statements.ts";
import { Tables } from "#node/store/tables.ts";
import { event, partial, shape, summary } from "./world.ts";

/** What one writer appended while it owned the session at an epoch. */
interface Stretch {
  readonly writer: string;
  readonly epoch: number;
  readonly records: readonly StoreRecord[];
}

describe("ownership of a session", () => {
  let sql: SqlJsStatic;
  before(async () => {
    sql = await initSqlJs();
  });

  function read(stretches: readonly Stretch[]): {
    readonly shape: readonly (number | string)[];
    readonly title: string;
  } {
    const database = new sql.Database();
    migrate(database, 0);
    const statements = new Statements(database);
    const tables = new Tables(statements, () => undefined);
    const queries = new Queries(statements, () => undefined);
    for (const { writer, epoch, records } of stretches) {
      let head: SessionHead = { epoch, last: -1 };
      for (const record of records) {
        if (record.kind === "event") head = { epoch, last: record.n };
        const line = splitLine(`{"q":1,${recordJson(record, head).slice(1)}`);
        assert.ok(line);
        tables.apply(writer, line.head, line.body);
      }
    }
    const { events, partials } = queries.log("a");
    const [title = ""] = [...queries.sessions(undefined)].map(
      (json) => JSON.parse(json).summary.title as string,
    );
    database.close();
    return { shape: shape([...events, ...partials].map((body) => JSON.parse(body))), title };
  }

  /** Journals are read in any order: every one of them must give the same. */
  const check = (name: string, stretches: readonly Stretch[], expected: readonly (number | string)[]) =>
    it(name, () => {
      for (const order of permutations(stretches)) {
        const names = order.map(({ writer, epoch }) => `${writer}${epoch}`).join(", ");
        assert.deepEqual(read(order).shape, expected, `read in the order ${names}`);
      }
    });
  const stretch = (writer: string, epoch: number, ...records: readonly StoreRecord[]): Stretch => ({
    writer,
    epoch,
    records,
  });
  const events = (from: number, to: number, text = "") =>
    Array.from({ length: to - from + 1 }, (_, at) => event("a", from + at, text));

  check(
    "passes from window to window",
    [stretch("A", 1, ...events(0, 2)), stretch("B", 2, ...events(3, 5))],
    [0, 1, 2, 3, 4, 5],
  );
  check(
    "passes there and back",
    [stretch("A", 1, ...events(0, 1)), stretch("B", 2, ...events(2, 3)), stretch("A", 3, ...events(4, 5))],
    [0, 1, 2, 3, 4, 5],
  );
  check(
    "is lost by a window that slept: what it still writes does not count",
    [stretch("A", 1, ...events(0, 4, "old")), stretch("B", 2, ...events(2, 3, "new"))],
    [0, 1, 2, 3],
  );
  check(
    "counts nothing twice",
    [stretch("A", 1, ...events(0, 2)), stretch("A", 1, ...events(0, 2))],
    [0, 1, 2],
  );
  check("shows nothing behind a gap", [stretch("A", 1, ...events(0, 1), ...events(3, 4))], [0, 1]);
  check(
    "leaves behind what was behind a gap when it is filled",
    [stretch("A", 1, ...events(0, 1), ...events(3, 6)), stretch("B", 2, ...events(2, 3, "new"))],
    [0, 1, 2, 3],
  );
  check(
    "ends what the window before had said",
    [stretch("A", 1, ...events(0, 1), partial("a", "Hel")), stretch("B", 2, event("a", 2, "", true))],
    [0, 1, 2],
  );
  check(
    "keeps what its last window had said",
    [stretch("A", 1, ...events(0, 1)), stretch("B", 2, event("a", 2, "", true), partial("a", "Hel"))],
    [0, 1, 2, "Hel"],
  );

  it("keeps the list's line of the last owner", () => {
    const named = (title: string, updatedAt: number): StoreRecord => ({
      kind: "summary",
      summary: { ...summary("a", updatedAt), title },
    });
    const stretches = [stretch("A", 1, named("old", 9)), stretch("B", 2, named("new", 1))];
    for (const order of permutations(stretches)) assert.equal(read(order).title, "new");
  });
});

function permutations<T>(values: readonly T[]): readonly (readonly T[])[] {
  if (values.length < 2) return [values];
  return values.flatMap((first, at) => permutations(values.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}
