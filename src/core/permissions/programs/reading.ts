/** Programs that only read or tell, as far as their options are harmless. */
import { concatenate, exactText, exactTexts, NAME } from "../command-line/values.ts";
import { type Arguments, hasOption } from "./arguments.ts";
import { type Call, each, type Program, type Programs } from "./program.ts";

const text: Program = {};
const files: Program = { operands: ["read"] };
const filter: Program = { operands: ["read"], prints: "input" };
// Which files are read stands in a file.
const sums: Program = { operands: ["read"], flags: { "-c": "code", "--check": "code" } };

/** What they are told, or what the system is like. */
const tellers: Programs = {
  ...each(text, "true false : sleep seq yes expr whoami id groups uname arch nproc uptime tty getconf"),
  ...each(text, "locale logname printenv which whereis free factor lsb_release sw_vers cal"),
  ...each(text, "clear tput numfmt"),
  ps: {
    follow: ({ draft }, given) => {
      // Without a dash "e" shows the environment of processes.
      if (given.operands.some((field) => /e/.test(exactText(field) ?? "e")))
        draft.ask("It shows what other programs were started with.", "rule");
      return undefined;
    },
  },
  echo: {
    printsOneLine: true,
    follow: (_call, given) => (given.options.length === 0 ? printedWords(given) : undefined),
  },
  basename: {
    printsOneLine: true,
    follow: (_call, given) =>
      given.operands.length === 1 && given.options.length === 0 ? namesOf(given) : undefined,
  },
  dirname: {
    printsOneLine: true,
    follow: (_call, given) =>
      given.operands.length === 1 && given.options.length === 0 ? parentsOf(given) : undefined,
  },
  hostname: { operands: ["danger"], options: each("danger", "-F --file -b --boot") },
  date: {
    options: {
      ...each("danger", "-s --set"),
      ...each("read", "-f --file -r --reference"),
      ...each("text", "-d --date"),
    },
  },
  df: files,
};

const readers: Programs = {
  ...each(filter, "cat tac zcat bzcat xzcat zstdcat"),
  ...each(files, "nl rev cut paste comm join fold fmt expand unexpand od strings cmp stat column"),
  ...each(files, "realpath readlink pr look tsort users who"),
  ...each(sums, "md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum shasum"),
  ...each(
    { operands: ["read"], options: { ...each("text", "-w --wrap"), ...each("write", "-o --output") } },
    "base64 base32 basenc",
  ),
  ...each(
    { operands: ["read"], options: each("text", "-n --lines -c --bytes -s --pid"), prints: "input" },
    "head tail",
  ),
  tr: text,
  pgrep: { options: each("read", "-F --pidfile") },
  hexdump: { operands: ["read"], options: { "-f": "read", ...each("text", "-e -n -s") } },
  iconv: {
    operands: ["read"],
    options: { ...each("write", "-o --output"), ...each("text", "-f --from-code -t --to-code") },
  },
  file: {
    operands: ["read"],
    options: { "-m": "read", "-f": "danger", "--files-from": "danger" },
    flags: { "-C": "danger", "--compile": "danger" },
  },
  wc: { operands: ["read"], isSafeWithNames: true, options: { "--files0-from": "danger" } },
  sort: {
    operands: ["read"],
    prints: "input",
    options: {
      ...each("write", "-o --output -T --temporary-directory"),
      ...each("text", "-k --key -t --field-separator -S --buffer-size --parallel --batch-size"),
      ...{ "--compress-program": "danger", "--files0-from": "danger", "--random-source": "read" },
    },
  },
  uniq: {
    operands: ["read", "write"],
    prints: "input",
    options: each("text", "-f --skip-fields -s --skip-chars -w --check-chars"),
  },
  xxd: { operands: ["read", "write"], options: each("text", "-c -g -l -s -o -n"), hasLongDash: true },
  ls: {
    operands: ["read"],
    readsFolder: "always",
    options: each(
      "text",
      "-I --ignore -w --width -T --tabsize --hide --block-size --time-style --color --sort --format",
    ),
    follow: (_call, given) => (hasOption(given, "-a", "-f", "--all") ? undefined : [NAME]),
  },
  tree: {
    operands: ["read"],
    readsFolder: "always",
    options: { "-o": "write", ...each("text", "-L -P -I --filelimit --timefmt --charset") },
    flags: { "-R": "danger", "-l": "links", "--fromfile": "harmless" },
  },
  du: {
    isSafeWithNames: true,
    operands: ["read"],
    readsFolder: "always",
    options: {
      ...each("text", "-d --max-depth -B --block-size -t --threshold --exclude"),
      "-X": "read",
      "--files0-from": "danger",
    },
    flags: each("links", "-L --dereference"),
  },
  diff: {
    isSafeWithNames: true,
    operands: ["read"],
    options: {
      ...each("text", "-x --exclude -I -U --unified -C --context -W --width --label -F -D --color"),
      ...each("read", "-X --exclude-from --from-file --to-file"),
    },
    // It compares what links lead to.
    flags: each("links", "-r --recursive"),
  },
  jq: {
    operands: ["text", "read"],
    insteadOfFirst: ["-f", "--from-file"],
    options: { ...each("read", "-f --from-file -L"), ...each("text", "--indent") },
    follow: readJqFiles,
  },
  shellcheck: {
    operands: ["read"],
    options: each("text", "-s --shell -e --exclude -f --format -S --severity -o -W"),
    flags: each("links", "-x --external-sources"),
  },
};

// "--arg name value" has two values, of which the second may be a file; a program may name modules.
function readJqFiles({ draft, args }: Call, given: Arguments): undefined {
  for (const [index, field] of args.entries()) {
    const name = field.values[0] ?? "";
    const value = args[index + 2];
    if (/^--(?:slurpfile|rawfile|argfile)$/.test(name) && value) draft.use(value, { operation: "read" });
  }
  const hasModules = args.some((field) => /\b(?:import|include|input_filename)\b/.test(field.text));
  if (hasModules) draft.runsCode("The program of jq names other files.");
  // What follows "--arg" is no file, but reading it as one asks at most too much.
  if (hasOption(given, "--arg", "--argjson", "--slurpfile", "--rawfile", "--args", "--jsonargs"))
    for (const field of given.operands) draft.guess(field);
  return undefined;
}

function printedWords(given: Arguments): readonly string[] | undefined {
  const words = given.operands.map((field) =>
    field.values.some((one) => /\\/.test(one)) ? undefined : exactTexts(field),
  );
  if (words.includes(undefined)) return undefined;
  const lines = words.reduce<readonly string[]>(
    (all, next) => concatenate(all, next?.map((word) => ` ${word}`) ?? []),
    [""],
  );
  // What holds line ends is not one line.
  return lines.some((line) => line.includes("\n")) ? undefined : lines.map((line) => line.slice(1));
}

function namesOf(given: Arguments): readonly string[] | undefined {
  const texts = given.operands[0] && exactTexts(given.operands[0]);
  return texts?.map((path) => path.slice(path.replace(/\/+$/, "").lastIndexOf("/") + 1)) ?? [NAME];
}

function parentsOf(given: Arguments): readonly string[] | undefined {
  const texts = given.operands[0] && exactTexts(given.operands[0]);
  return texts?.map((path) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) || "/" : "."));
}

/** Programs that read. */
export const reading: Programs = { ...tellers, ...readers };
