/** What users decided about the allowances that projects ask for; kept outside of every project, by the hash of exactly that content. */
import type { ConfigFiles } from "../shell-ports.ts";
import type { WrittenRule } from "./permission-section.ts";
import { sha256 } from "./sha256.ts";

/** What the user said about some content; "open" before. */
export type Approval = "approved" | "refused" | "open";

/** The hash of what a project wants to allow: in any order and anywhere in the file it is the same content; in another folder it is not. */
export function hashAllowances(rules: readonly WrittenRule[], folder: string): Promise<string> {
  const lines = new Set(rules.map(({ operation, pattern }) => JSON.stringify([operation, pattern])));
  return sha256(JSON.stringify(["auto_allow", 1, folder, [...lines].toSorted()]));
}

/** The decision about a hash; one that can not be read counts as none. */
export async function recallApproval(files: ConfigFiles, hash: string): Promise<Approval> {
  const said = await files.recall(keyOf(hash)).catch(() => undefined);
  return said === "approved" || said === "refused" ? said : "open";
}

/** Keeps a decision. */
export function rememberApproval(files: ConfigFiles, hash: string, isApproved: boolean): Promise<void> {
  return files.remember(keyOf(hash), isApproved ? "approved" : "refused");
}

function keyOf(hash: string): string {
  return `project-allowances ${hash}`;
}
