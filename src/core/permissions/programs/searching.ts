/** Programs that look for files and lines, some of which start others. */
import { pathsBelow } from "./apply.ts";
import { type Arguments, hasOption } from "./arguments.ts";
import { type Call, each, type Program, type Programs } from "./program.ts";

const listing = ["-l", "-L", "--files-with-matches", "--files-without-match", "--files"];
const patterns = ["-e", "-f", "--regexp", "--file"];

const grep: Program = {
  isSafeWithNames: true,
  operands: ["text", "read"],
  insteadOfFirst: patterns,
  options: {
    ...each("text", "-e --regexp -m --max-count -A -B -C --after-context --before-context --context -d -D"),
    ...each("text", "--include --exclude --exclude-dir --label --binary-files --directories --devices"),
    ...each("read", "-f --file --exclude-from"),
  },
  flags: { ...each("recursive", "-r --recursive"), ...each("links", "-R --dereference-recursive") },
  readsFolder: "if-recursive",
  follow: followGrep,
};

function followGrep({ draft, setting }: Call, given: Arguments): readonly string[] | undefined {
  const paths = given.operands.slice(hasOption(given, ...patterns) ? 0 : 1);
  const walks = hasOption(given, "-r", "--recursive", "-R", "--dereference-recursive");
  if (walks && paths.length === 0) draft.useFolders({ operation: "read", isRecursive: true });
  if (hasOption(given, ...listing)) return pathsBelow(paths);
  const changes = hasOption(
    given,
    "-n",
    "-c",
    "-o",
    "-H",
    "-b",
    "--count",
    "--only-matching",
    "--line-number",
  );
  return paths.length === 0 && !walks && !changes && setting.input.kind === "pipe"
    ? setting.input.names
    : undefined;
}

const rg: Program = {
  hasWholeNames: true,
  operands: ["text", "read"],
  insteadOfFirst: [...patterns, "--files", "--type-list"],
  options: {
    ...each("text", "-e --regexp -A -B -C --after-context --before-context --context -g --glob --iglob -t"),
    ...each("text", "--type -T --type-not -m --max-count -M --max-columns -d --max-depth -j --threads -r"),
    ...each("text", "--replace -E --encoding --color --colors --sort --sortr --type-add --type-clear"),
    ...each("text", "--max-filesize --engine --path-separator --pre-glob --context-separator"),
    ...each("text", "--field-match-separator --field-context-separator --dfa-size-limit --regex-size-limit"),
    ...each("read", "-f --file --ignore-file"),
    ...each("danger", "--pre --hostname-bin --hyperlink-format"),
  },
  flags: {
    ...each("links", "-L --follow"),
    ...each("harmless", "--pretty --files --hidden"),
  },
  readsFolder: "always",
  follow: (_call, given) => {
    const paths = given.operands.slice(hasOption(given, ...patterns, "--files") ? 0 : 1);
    return hasOption(given, "-l", "--files-with-matches", "--files-without-match", "--files")
      ? pathsBelow(paths)
      : undefined;
  },
};

const fd: Program = {
  hasWholeNames: true,
  operands: ["text", "read"],
  options: {
    ...each("danger", "-x --exec -X --exec-batch"),
    ...each("text", "-e --extension -E --exclude -t --type -d --max-depth -c --color -S --size -j --threads"),
    ...each("text", "--changed-within --changed-before -o --owner --max-results --min-depth --exact-depth"),
    ...each("read", "--base-directory --search-path --ignore-file"),
  },
  flags: { ...each("links", "-L --follow"), "--ignore": "harmless" },
  readsFolder: "always",
  follow: (_call, given) => pathsBelow(given.operands.slice(1)),
};

/** Programs that look for something. */
export const searching: Programs = {
  ...each(grep, "grep egrep fgrep zgrep"),
  rg,
  ...each(fd, "fd fdfind"),
  ag: {
    operands: ["text", "read"],
    readsFolder: "always",
    options: { "--pager": "danger", "-p": "read", "--path-to-ignore": "read" },
    flags: { "-f": "links", "--follow": "links" },
  },
};
