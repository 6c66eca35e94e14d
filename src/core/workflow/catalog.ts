/** Which scripts there are, by the names that they give themselves. */
import { BooError } from "../errors.ts";
import type { WorkflowFiles, WorkflowSource } from "./ports.ts";
import type { ScriptDiagnostic } from "./script/diagnostic.ts";
import type { WorkflowMeta } from "./script/meta.ts";
import { parseScript } from "./script/parse.ts";

/** A script in the catalog; `shadowedBy` is the file that its name means instead. */
export interface CatalogEntry {
  readonly source: WorkflowSource;
  readonly meta: WorkflowMeta | undefined;
  readonly diagnostics: readonly ScriptDiagnostic[];
  readonly shadowedBy?: string;
}

/** Other names of scripts that are built in; a script that has such a name itself goes first. */
const aliases: ReadonlyMap<string, string> = new Map([["multi-review", "review-code"]]);

/** Reads all scripts. */
export async function listWorkflows(files: WorkflowFiles): Promise<readonly CatalogEntry[]> {
  const owners = new Map<string, string>();
  return (await files.all()).map((source) => {
    const { meta, diagnostics } = parseScript(source.text);
    const owner = meta && owners.get(meta.name);
    if (meta !== undefined && owner === undefined) owners.set(meta.name, source.file);
    return { source, meta, diagnostics, ...(owner !== undefined && { shadowedBy: owner }) };
  });
}

/** The script of a name or of an alias; throws BooError "unknown-workflow" that lists what exists. */
export async function findWorkflow(files: WorkflowFiles, name: string): Promise<WorkflowSource> {
  const entries = await listWorkflows(files);
  const named = (wanted: string | undefined): CatalogEntry | undefined =>
    entries.find(({ meta, shadowedBy }) => meta && meta.name === wanted && shadowedBy === undefined);
  const found = named(name) ?? named(aliases.get(name));
  if (found !== undefined) return found.source;
  const names = entries.flatMap(({ meta, shadowedBy }) =>
    meta && shadowedBy === undefined ? [meta.name] : [],
  );
  const list = names.length === 0 ? "There are none." : `There are: ${names.join(", ")}.`;
  throw new BooError("unknown-workflow", `There is no workflow "${name}". ${list}`);
}
