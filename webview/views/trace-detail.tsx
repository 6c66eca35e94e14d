import type { VNode } from "preact";
import { useTrace } from "../trace/app.ts";
import { nameOf } from "../trace/words.ts";

/** What one span is about. */
export function TraceDetail(): VNode {
  const app = useTrace();
  return <h2>{nameOf(app.table, app.cursor.value)}</h2>;
}
