import { z } from "zod";
import type { Diagnostic } from "../ports.ts";
import { joinLines } from "./cut.ts";
import { countText } from "./diagnostics-text.ts";
import { knownDiagnostics } from "./get-diagnostics.ts";
import { relativePath } from "./paths.ts";
import { defineTool } from "./tool.ts";
import { toolInput } from "./tool-input.ts";

const maxLines = 100;
const maxBytes = 8 * 1024;

/** Counts of the editor's problems: in all, and by file, folder or source. */
export const getDiagnosticsSummary = defineTool({
  name: "get_diagnostics_summary",
  description: "Counts problems by severity, in all and by file, folder or source (default: file).",
  input: toolInput({ by: z.enum(["file", "folder", "source"]).optional(), path: z.string().optional() }),
  isReadOnly: true,
  title: ({ path }) => ({
    verb: "Count",
    object: "problems",
    ...(path === undefined ? {} : { detail: `in ${path}` }),
  }),
  run: async ({ by = "file", path }, run) => {
    const { diagnostics: found } = await knownDiagnostics(run, path);
    const note = countText(found);
    if (found.length === 0) return { output: note, note };
    const folders = run.editor.folders();
    const keyOf = (entry: Diagnostic): string => {
      const label = relativePath(folders, entry.path) ?? entry.path;
      if (by === "source") return entry.source ?? "unknown source";
      return by === "file" ? label : label.slice(0, label.lastIndexOf("/") + 1) || "./";
    };
    const groups = [...Map.groupBy(found, keyOf)].toSorted(
      ([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1),
    );
    const lines = groups.map(([key, entries]) => `${key}: ${countText(entries)}`);
    const rest = (shown: number): string => `[${lines.length - shown} more; give a path, or "by":"folder"]`;
    return { output: `${note}\n${joinLines(lines, { lines: maxLines, bytes: maxBytes }, rest)}`, note };
  },
});
