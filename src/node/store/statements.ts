/** Prepared statements of one database, made at first use and kept. */
import type { BindParams, Database, Statement } from "sql.js";

/** A row's values, in the order of the query's columns. */
export type Values = ReturnType<Statement["get"]>;

/** Runs SQL; a query's rows are valid one at a time. */
export class Statements {
  readonly database: Database;
  readonly #statements = new Map<string, Statement>();

  constructor(database: Database) {
    this.database = database;
  }

  /** Runs a change. */
  run(sql: string, params: BindParams = null): void {
    this.#statement(sql).run(params);
  }

  /** Gives a query's rows one after the other. */
  *each(sql: string, params: BindParams = null): Generator<Values> {
    const statement = this.#statement(sql);
    statement.bind(params);
    try {
      while (statement.step()) yield statement.get();
    } finally {
      statement.reset();
    }
  }

  /** Forgets all statements, which an export or the end of the database makes worthless. */
  clear(): void {
    this.#statements.clear();
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
