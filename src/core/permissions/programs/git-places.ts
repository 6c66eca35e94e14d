/** git's subcommands that make files or folders where they are told to: repositories, worktrees, bundles. */
import { exactText } from "../command-line/values.ts";
import type { Arguments } from "./arguments.ts";
import { actions, type Subcommand } from "./git-subcommand.ts";
import { type Call, each } from "./program.ts";

const askWorktree = actions({ list: "reads" }, "asks");

function followWorktree(call: Call, given: Arguments): readonly string[] | undefined {
  const { draft } = call;
  const [action, first, second] = given.operands;
  const name = exactText(action);
  if (name === "add") {
    draft.makesLinks = true;
    draft.runsCode("It runs the repository's hooks.");
    if (first !== undefined) draft.use(first, { operation: "write" });
  }
  const leaves = { operation: "write", isRecursive: true, isRemoval: true } as const;
  if ((name === "remove" || name === "move") && first !== undefined) draft.use(first, leaves);
  if (name === "move" && second !== undefined) draft.use(second, { operation: "write" });
  if (action !== undefined && name !== "list") {
    draft.writesGit = true;
    // Each has its own part of the repository, which says where it lies and what settings it has. Those out of a sandbox's sight seem to be gone:
    // what forgets such ones is not given them by the way.
    if (name !== "prune") draft.useValue(".git/worktrees", { operation: "write" });
  }
  return askWorktree(call, given);
}

function followClone({ draft }: Call, given: Arguments): undefined {
  const [, target] = given.operands;
  draft.makesLinks = true;
  if (target === undefined) draft.useFolders({ operation: "write" });
  else draft.use(target, { operation: "write" });
}

function followInit({ draft }: Call, given: Arguments): undefined {
  if (given.operands.length === 0) draft.useFolders({ operation: "write" });
  for (const field of given.operands) draft.use(field, { operation: "write" });
  draft.ask("A new repository has settings and hooks of its own.", "rule");
}

const askBundle = actions({ verify: "reads", "list-heads": "reads" }, "asks");

function followBundle(call: Call, given: Arguments): readonly string[] | undefined {
  const [action, file] = given.operands;
  if (exactText(action) === "create" && file !== undefined) call.draft.use(file, { operation: "write" });
  return askBundle(call, given);
}

/** All of them. */
export const placeSubcommands: Readonly<Record<string, Subcommand>> = {
  worktree: {
    kind: "reads",
    options: each("text", "-b -B --reason --expire"),
    follow: followWorktree,
  },
  clone: {
    kind: "network",
    options: {
      ...each("text", "-b --branch --depth -o --origin -j --jobs --filter --revision --server-option"),
      ...each("text", "--shallow-since --shallow-exclude"),
      ...each("read", "--reference --reference-if-able --bundle-uri"),
      "--separate-git-dir": "write",
      ...each("danger", "-c --config -u --upload-pack --template"),
    },
    follow: followClone,
  },
  init: {
    kind: "writes",
    options: {
      ...each("danger", "--template --separate-git-dir"),
      ...each("text", "-b --initial-branch --object-format --shared"),
    },
    follow: followInit,
  },
  bundle: { kind: "reads", options: each("text", "--version"), follow: followBundle },
};
