import { z } from "zod";
import { BooError } from "../errors.ts";
import { applyText, resolveTarget } from "./apply-text.ts";
import { cutText, plural } from "./cut.ts";
import { nearestMatch } from "./nearest.ts";
import { defineTool } from "./tool.ts";
import { toolInput } from "./tool-input.ts";

/** How much of the nearest place an error shows. */
const maxShownLines = 20;
const maxShownBytes = 2_000;

/** Replaces an exact text in a file. */
export const editFile = defineTool({
  name: "edit_file",
  description:
    "Replace the exact text `old`, which must occur once, by `new`; with `all`, every occurrence. Reports the problems that the edit caused or fixed.",
  input: toolInput({
    path: z.string(),
    old: z.string(),
    new: z.string(),
    all: z.boolean().optional(),
    ignored: z.boolean().optional(),
  }),
  isReadOnly: false,
  title: ({ path }) => ({ verb: "Edit", object: path }),
  run: async (input, run) => {
    if (input.old === "")
      throw new BooError("bad-edit", `"old" is empty. Give the text to replace, or use write_file.`);
    if (input.old === input.new)
      throw new BooError("no-change", `"old" and "new" are the same: nothing to change.`);
    const place = await resolveTarget(run, input.path, input.ignored);
    return applyText(place, run, { existing: (text) => replaceExactly(text, input, place.label) });
  },
});

function replaceExactly(
  text: string,
  input: { readonly old: string; readonly new: string; readonly all?: boolean | undefined },
  label: string,
): string {
  // The editor's texts have "\n" ends unless the file mixes them.
  const adapt = (part: string): string => (text.includes("\r") ? part : part.replaceAll("\r\n", "\n"));
  const old = adapt(input.old);
  const parts = text.split(old);
  const count = parts.length - 1;
  if (count === 0) throw notFound(text, old, label);
  if (count > 1 && input.all !== true) throw notUnique(parts, old, label);
  return parts.join(adapt(input.new));
}

function notUnique(parts: readonly string[], old: string, label: string): BooError {
  let line = 1;
  const lines = parts.slice(0, -1).map((part) => {
    const at = line + breaksIn(part);
    line = at + breaksIn(old);
    return at;
  });
  const shown = lines.slice(0, 10).join(", ") + (lines.length > 10 ? ", …" : "");
  return new BooError(
    "not-unique",
    `"old" occurs ${plural(lines.length, "time")} in ${label}, in lines ${shown}. Add lines around it until it occurs once, or pass "all": true.`,
  );
}

function notFound(text: string, old: string, label: string): BooError {
  const nearest = nearestMatch(text, old);
  if (nearest === undefined) {
    return new BooError(
      "not-found",
      `"old" is not in ${label}, nor anything like it. Read the file, then copy the text exactly.`,
    );
  }
  const place = cutText(nearest.lines.slice(0, maxShownLines).join("\n"), maxShownBytes);
  return new BooError(
    "not-found",
    `"old" is not in ${label}. Nearest is ${label}:${nearest.line}, which differs ${nearest.difference}:\n${place}\nCopy the text exactly and try again.`,
  );
}

function breaksIn(text: string): number {
  return text.split("\n").length - 1;
}
