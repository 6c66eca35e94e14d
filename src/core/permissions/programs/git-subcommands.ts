/** git's subcommands: which read, which change the repository, which destroy work that nobody saved, which go to the network. */
import { exactText, exactTexts, LOOSE } from "../command-line/values.ts";
import { hasOption, type Arguments } from "./arguments.ts";
import { placeSubcommands } from "./git-places.ts";
import { actions, type Subcommand } from "./git-subcommand.ts";
import { type Call, each, type Role } from "./program.ts";

const diffOptions = {
  ...each("write", "--output"),
  ...each("read", "-O"),
  ...each(
    "text",
    "-S -G -U --unified --diff-filter --format --pretty --since --until --after --before --author",
  ),
  ...each(
    "text",
    "--committer --grep -n --max-count --skip --date --word-diff-regex -L --stat --color -M -C -B -l",
  ),
  ...each(
    "text",
    "--inter-hunk-context --ignore-matching-lines -I --src-prefix --dst-prefix --decorate --find-object",
  ),
} as const;

const diffFlags = {
  // Programs that the user's settings or the project's attributes name.
  ...each("code", "--ext-diff --textconv --show-signature"),
  ...each("harmless", "--text --oneline --out --ext --no-ext-diff --no-textconv"),
} as const;

const message = each(
  "text",
  "-m --message --author --date --cleanup --trailer -S --gpg-sign -C -c --reuse-message --fixup --squash -s --signoff",
);
const merging = {
  options: {
    ...each("text", "-m --message -s --strategy -X --strategy-option --onto --into-name -S --gpg-sign --log"),
    ...each("read", "-F --file"),
    ...each("danger", "-x --exec -i --interactive --edit-todo"),
  },
  flags: each("danger", "-i --interactive -x --exec --edit-todo"),
} as const;

const reads: Subcommand = { kind: "reads" };
const network: Subcommand = { kind: "network" };
const asks: Subcommand = { kind: "asks" };
const differs: Subcommand = { kind: "reads", options: diffOptions, flags: diffFlags, follow: namesChanged };

function namesChanged(_call: Call, given: Arguments): readonly string[] | undefined {
  return hasOption(given, "--name-only") ? [LOOSE] : undefined;
}

// What was fetched, and where the other side stands.
function writesRepository({ draft }: Call): undefined {
  draft.writesGit = true;
}

/** A subcommand that lists without operands or with certain options, and writes otherwise. */
function lists(listing: readonly string[], options: Readonly<Record<string, Role>> = {}): Subcommand {
  return {
    kind: "reads",
    options,
    follow: ({ draft }, given) => {
      if (given.operands.length > 0 && !hasOption(given, ...listing)) draft.writesGit = true;
      return undefined;
    },
  };
}

function destroys(what: string): NonNullable<Subcommand["follow"]> {
  return ({ draft }) => {
    draft.ask(`"${draft.label}" destroys ${what}.`, "exact-rule");
    return undefined;
  };
}

/** All that are known. */
export const subcommands: Readonly<Record<string, Subcommand>> = {
  ...each(differs, "diff log show whatchanged diff-tree diff-index diff-files range-diff"),
  ...each(
    reads,
    "status rev-parse describe shortlog rev-list merge-base name-rev for-each-ref show-ref show-branch count-objects check-ignore check-attr check-ref-format ls-tree version var cherry patch-id stripspace get-tar-commit-id column merge-tree",
  ),
  blame: {
    kind: "reads",
    options: {
      "--contents": "read",
      "--ignore-revs-file": "read",
      "-S": "read",
      ...each("text", "-L --since --date"),
    },
  },
  annotate: { kind: "reads", options: { "--contents": "read", "-S": "read", ...each("text", "-L") } },
  "cat-file": { kind: "reads", flags: each("code", "--textconv --filters") },
  "ls-files": {
    kind: "reads",
    options: { "-X": "read", "--exclude-from": "read", ...each("text", "-x --exclude --format") },
    follow: (_call, given) =>
      given.operands.every((field) => exactTexts(field)?.every((text) => !text.includes("..")) === true)
        ? [LOOSE]
        : undefined,
  },
  grep: {
    kind: "reads",
    options: {
      "-f": "read",
      "-O": "danger",
      "--open-files-in-pager": "danger",
      ...each("text", "-e -A -B -C -m --max-depth --threads"),
    },
    flags: {
      ...each("danger", "-O --open-files-in-pager --ext-grep"),
      ...each("code", "--textconv"),
      "--text": "harmless",
      "--threads": "harmless",
    },
    follow: (_call, given) =>
      hasOption(given, "-l", "--files-with-matches", "--name-only", "-L") ? [LOOSE] : undefined,
  },
  branch: {
    kind: "reads",
    options: each(
      "text",
      "-u --set-upstream-to --sort --format --contains --no-contains --merged --no-merged --points-at --color",
    ),
    flags: each("danger", "-D --edit-description"),
    follow: ({ draft }, given) => {
      const isListing = hasOption(
        given,
        "-l",
        "--list",
        "-a",
        "-r",
        "--contains",
        "--no-contains",
        "--merged",
        "--no-merged",
        "--points-at",
        "--show-current",
        "--all",
        "--remotes",
        "-v",
        "-vv",
      );
      const forces = hasOption(given, "-f", "--force", "-M", "-C") || hasOption(given, "-d", "--delete");
      if (hasOption(given, "-f", "--force"))
        draft.ask(`"${draft.label}" may destroy commits that nothing else names.`, "exact-rule");
      if (
        forces ||
        hasOption(given, "-m", "-c", "--move", "--copy", "-u", "--unset-upstream") ||
        (given.operands.length > 0 && !isListing)
      )
        draft.writesGit = true;
      return undefined;
    },
  },
  tag: lists(["-l", "--list", "-n", "--contains", "--merged", "--points-at"], {
    ...each("text", "-m --message --sort --format -u --local-user -n --contains --points-at"),
    ...each("read", "-F --file"),
  }),
  notes: {
    kind: "reads",
    follow: actions({ list: "reads", show: "reads", add: "writes", append: "writes" }, "reads"),
  },
  reflog: { kind: "reads", follow: actions({ show: "reads", exists: "reads", HEAD: "reads" }, "reads") },
  remote: {
    kind: "reads",
    follow: actions({ "get-url": "reads", show: "network", update: "network", prune: "network" }, "reads"),
  },
  submodule: {
    kind: "reads",
    follow: actions({ status: "reads", summary: "reads", update: "network", add: "network" }, "reads"),
  },
  bisect: {
    kind: "reads",
    follow: actions(
      { log: "reads", view: "reads", good: "writes", bad: "writes", start: "writes", reset: "asks" },
      "asks",
    ),
  },
  config: {
    kind: "reads",
    options: each("read", "-f --file --blob"),
    flags: each(
      "danger",
      "-e --edit --unset --unset-all --replace-all --add --remove-section --rename-section",
    ),
    follow: ({ draft }, given) => {
      const first = exactText(given.operands[0]);
      const isReading =
        hasOption(given, "-l", "--list", "--get", "--get-all", "--get-regexp", "--get-urlmatch") ||
        first === "get" ||
        first === "list" ||
        (given.operands.length === 1 && !["set", "unset", "edit"].includes(first ?? "set"));
      if (!isReading) draft.ask("Settings of git can name programs that it runs.", "exact-rule");
      return undefined;
    },
  },
  stash: {
    kind: "writes",
    options: { ...diffOptions, ...each("text", "-m --message") },
    flags: { ...diffFlags, ...each("danger", "-p --patch") },
    follow: ({ draft }, given) => {
      const action = exactText(given.operands[0]);
      if (action === "list" || action === "show") [draft.writesGit, draft.code] = [false, undefined];
      else if (action === "drop" || action === "clear")
        destroys("work that was put aside")({ draft } as Call, given);
      else if (
        action !== undefined &&
        !["push", "pop", "apply", "save", "create", "store", "branch"].includes(action)
      )
        draft.ask(`What "${draft.label} ${action}" does is not known.`, "rule");
      return undefined;
    },
  },
  add: {
    kind: "writes",
    options: each("read", "--pathspec-from-file"),
    flags: each("danger", "-e --edit -i --interactive -p --patch"),
  },
  stage: { kind: "writes", options: each("read", "--pathspec-from-file") },
  commit: {
    kind: "writes",
    options: { ...message, ...each("read", "-F --file -t --template --pathspec-from-file") },
  },
  merge: { kind: "writes", ...merging },
  rebase: { kind: "writes", ...merging },
  "cherry-pick": {
    kind: "writes",
    ...merging,
    flags: {},
    options: { ...each("text", "-m --mainline -S --strategy -X") },
  },
  revert: { kind: "writes", options: each("text", "-m --mainline -S --strategy -X") },
  am: { kind: "writes", options: each("text", "-S -p -C --directory --patch-format") },
  apply: {
    kind: "writes",
    options: {
      ...each("text", "-p -C --whitespace --include --exclude"),
      "--directory": "write",
      "--build-fake-ancestor": "write",
    },
    flags: each("danger", "--unsafe-paths"),
  },
  rm: {
    kind: "writes",
    options: each("read", "--pathspec-from-file"),
    flags: each("danger", "-f --force"),
  },
  mv: { kind: "writes" },
  "update-index": { kind: "writes" },
  "write-tree": { kind: "writes" },
  "format-patch": {
    kind: "writes",
    options: { ...diffOptions, ...each("write", "-o --output-directory") },
    flags: diffFlags,
  },
  archive: {
    kind: "reads",
    options: {
      ...each("write", "-o --output"),
      ...each("text", "--format --prefix"),
      "--add-file": "read",
      "--remote": "danger",
      "--exec": "danger",
    },
    flags: each("danger", "--remote --exec"),
  },
  reset: {
    kind: "writes",
    options: each("read", "--pathspec-from-file"),
    follow: ({ draft }, given) =>
      hasOption(given, "--hard", "--merge", "--keep")
        ? destroys("changes that are not committed")({ draft } as Call, given)
        : undefined,
  },
  checkout: {
    kind: "writes",
    options: { ...each("text", "-b -B --orphan -t --track --conflict"), "--pathspec-from-file": "danger" },
    flags: each("danger", "-f --force -p --patch -B --theirs --ours -m --merge"),
    follow: followCheckout,
  },
  switch: {
    kind: "writes",
    options: each("text", "-c -C --create --force-create --orphan -t --conflict"),
    flags: each("danger", "-f --force --discard-changes -C --force-create -m --merge"),
  },
  restore: {
    kind: "writes",
    options: { ...each("text", "-s --source --conflict"), "--pathspec-from-file": "read" },
    follow: ({ draft }, given) =>
      hasOption(given, "-S", "--staged") && !hasOption(given, "-W", "--worktree")
        ? undefined
        : destroys("changes that are not committed")({ draft } as Call, given),
  },
  clean: {
    kind: "asks",
    options: each("text", "-e --exclude"),
    follow: (call, given) =>
      hasOption(given, "-n", "--dry-run") ? undefined : destroys("files that git does not know")(call, given),
  },
  ...placeSubcommands,
  ...each({ kind: "network", follow: writesRepository }, "fetch pull push"),
  ...each(
    network,
    "ls-remote fetch-pack send-pack remote-https svn p4 lfs request-pull send-email imap-send http-fetch http-push daemon upload-pack receive-pack upload-archive shell credential",
  ),
  ...each(
    asks,
    "gc prune repack filter-branch filter-repo replace update-ref symbolic-ref reflog-expire hook instaweb gui difftool mergetool help web--browse fast-import fast-export hash-object mktree commit-tree read-tree checkout-index unpack-objects index-pack pack-refs sparse-checkout maintenance rerere fsck verify-commit verify-tag cvsserver citool worktree-add submodule--helper",
  ),
};

// A name may be a branch, or a file whose changes would be lost.
function followCheckout({ draft, args }: Call, given: Arguments): undefined {
  const names = given.operands.flatMap((field) => exactTexts(field) ?? []);
  const isNew = hasOption(given, "-b", "--orphan");
  const hasPaths = args.some((field) => exactText(field) === "--") || given.operands.length > (isNew ? 2 : 1);
  const isCertain = given.operands.every((field) => exactTexts(field) !== undefined);
  const concern = {
    reason: `"${draft.label}" destroys changes that are not committed.`,
    liftedBy: "exact-rule",
  } as const;
  if (hasPaths || !isCertain || names.some((name) => /^[.:]|[*?[]/.test(name)))
    draft.ask(concern.reason, concern.liftedBy);
  else if (!isNew) draft.askIf("some-exist", names, concern);
  return undefined;
}
