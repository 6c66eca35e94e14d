/** Programs that change files which they are told by name. */
import { ANY, exactText, firstMark, isExact, NAME } from "../command-line/values.ts";
import { hasOption, optionValues, type Arguments } from "./arguments.ts";
import { type Call, each, type Program, type Programs } from "./program.ts";

const copyOptions = {
  ...each("text", "-S --suffix --backup --sparse --reflink --context"),
  ...each("text", "-t --target-directory"),
} as const;

const cp: Program = {
  options: copyOptions,
  flags: {
    ...each("recursive", "-r -R -a --recursive --archive"),
    ...each("links", "-L --dereference -H"),
    // A second name or a link for something outside would make it writable later.
    ...each("danger", "-l --link -s --symbolic-link"),
  },
  follow: (call, given) => {
    const isRecursive = hasOption(given, "-r", "-R", "-a", "--recursive", "--archive");
    call.draft.makesLinks = isRecursive || hasOption(given, "-d", "-P", "--no-dereference");
    transfer(call, given, { isRecursive, removes: false });
    return undefined;
  },
};

const mv: Program = {
  options: copyOptions,
  follow: (call, given) => {
    call.draft.makesLinks = true;
    transfer(call, given, { isRecursive: true, removes: true });
    return undefined;
  },
};

const install: Program = {
  options: {
    ...copyOptions,
    ...each("text", "-m --mode"),
    ...each("danger", "-o --owner -g --group --strip-program"),
  },
  flags: each("danger", "-s --strip"),
  follow: (call, given) => {
    if (!hasOption(given, "-d", "--directory")) transfer(call, given, { isRecursive: false, removes: false });
    else for (const field of given.operands) call.draft.use(field, { operation: "write" });
    return undefined;
  },
};

/** Adds sources and where they go: to a name, or into a folder of that name. */
function transfer(
  { draft }: Pick<Call, "draft">,
  given: Arguments,
  { isRecursive, removes }: { readonly isRecursive: boolean; readonly removes: boolean },
): void {
  const folders = optionValues(given, "-t", "--target-directory");
  const count = given.operands.length;
  const hasFolder = folders.length > 0;
  const sources = hasFolder ? given.operands : given.operands.slice(0, Math.max(0, count - 1));
  const targets = hasFolder ? folders : given.operands.slice(-1);
  for (const source of sources) {
    draft.use(source, { operation: "read", isRecursive });
    if (removes)
      draft.use(source, { operation: "write", isRemoval: true, isRecursive: true, keepsLink: true });
    if (isRecursive && source.values.some(isContents))
      draft.runsCode(`What "${source.text}" holds is not looked at before it is put elsewhere.`);
  }
  for (const target of targets) {
    draft.use(target, { operation: "write" });
    for (const folder of target.values)
      for (const source of sources.flatMap((field) => field.values)) {
        // What a pattern of folders means, is looked at; names of files count where they hide.
        if (!isExact(folder) && !baseName(source).startsWith(".")) continue;
        draft.useValue(
          joinName(folder, source),
          { operation: "write", isInFolder: !/\/\.{0,2}$/.test(folder) },
          target.text,
        );
      }
  }
}

function isContents(value: string): boolean {
  return /(?:^|\/)\.{0,2}$/.test(value);
}

function joinName(folder: string, source: string): string {
  const name = baseName(source);
  return name === "" ? folder : `${folder.replace(/\/$/, "")}/${name}`;
}

// The name that a source will have; "" where it is a folder's contents.
function baseName(source: string): string {
  if (source.includes(ANY)) return ANY;
  const path = source.replace(/\/+$/, "");
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === "." || name === "..") return "";
  const first = firstMark(path);
  return first >= 0 && path.slice(first).includes("/") ? NAME : name.replaceAll(/[^\P{Cc}]/gu, NAME);
}

const ln: Program = {
  options: each("text", "-S --suffix -t --target-directory"),
  follow: followLink,
};

function followLink({ draft }: Call, given: Arguments): undefined {
  draft.makesLinks = true;
  const targets =
    hasOption(given, "-t", "--target-directory") || given.operands.length < 2
      ? given.operands
      : given.operands.slice(0, -1);
  const names = given.operands.length < 2 ? [] : given.operands.slice(-1);
  for (const folder of optionValues(given, "-t", "--target-directory"))
    draft.use(folder, { operation: "write" });
  for (const name of names) {
    draft.use(name, { operation: "write", isRemoval: true, keepsLink: true });
    draft.use(name, { operation: "write" });
  }
  for (const target of targets) {
    // Where a link leads is told from where it stands, which may be elsewhere than here.
    const text = exactText(target);
    if (text === undefined || /(?:^|\/)\.\.(?:\/|$)/.test(text))
      draft.ask(`Where the link to "${target.text}" will lead is not certain.`, "exact-rule");
    draft.use(target, { operation: "write" });
  }
  return undefined;
}

const dd: Program = {
  follow: ({ draft }, given) => {
    for (const field of given.operands) {
      for (const value of field.values) {
        if (value.startsWith("if=")) draft.useValue(value.slice(3), { operation: "read" }, field.text);
        else if (value.startsWith("of=")) draft.useValue(value.slice(3), { operation: "write" }, field.text);
        else if (!/^(?:bs|ibs|obs|cbs|count|skip|seek|iseek|oseek|conv|iflag|oflag|status)=/.test(value))
          draft.ask(`"${field.text}" is no operand of dd that is known.`, "exact-rule");
      }
    }
    return undefined;
  },
};

const rm: Program = {
  operands: ["remove"],
  flags: { ...each("recursive", "-r -R --recursive"), "--no-preserve-root": "danger" },
  follow: ({ draft }, given) => {
    if (!hasOption(given, "-r", "-R", "--recursive")) return undefined;
    const inner = given.operands
      .flatMap(({ values }) => values.filter(isExact))
      .map((path) => `${path}/.git`);
    draft.askIf("some-exist", inner, {
      reason: `"${draft.label}" would remove a repository with all that is in it.`,
      liftedBy: "exact-rule",
    });
    return undefined;
  },
};

const mktemp: Program = {
  printsOneLine: true,
  operands: ["write"],
  options: { "-p": "write", "--tmpdir": "write", "--suffix": "text" },
  follow: (_call: Call, given) =>
    given.operands.length === 0 && given.options.every(({ value }) => value === undefined)
      ? [`/tmp/${NAME}`]
      : undefined,
};

function chmodModes(): readonly string[] {
  return "-r -w -x -X -s -t -u -g -o -a".split(" ");
}

/** Programs that write. */
export const writing: Programs = {
  cp,
  mv,
  install,
  ln,
  dd,
  rm,
  mktemp,
  mkdir: {
    operands: ["write"],
    options: each("text", "-m --mode"),
    flags: { "-Z": "danger", "--context": "danger" },
  },
  rmdir: { operands: ["remove"] },
  unlink: { operands: ["remove"] },
  touch: {
    operands: ["write"],
    options: { ...each("text", "-d --date -t"), ...each("read", "-r --reference") },
  },
  truncate: {
    operands: ["write"],
    options: { ...each("text", "-s --size"), ...each("read", "-r --reference") },
  },
  tee: { operands: ["write"], flags: { "-p": "harmless" } },
  chmod: {
    operands: ["text", "write"],
    insteadOfFirst: [...chmodModes(), "--reference"],
    options: { "--reference": "read" },
    flags: each("recursive", "-R --recursive"),
    follow: ({ draft }, given) => {
      // A set-id bit on something inside does nothing that a file tool could not do.
      if (hasOption(given, "-R", "--recursive"))
        draft.runsCode(`"${draft.label}" changes all that a folder holds.`);
      return undefined;
    },
  },
  split: {
    operands: ["read", "write"],
    options: {
      "--filter": "danger",
      ...each("text", "-l --lines -b --bytes -C -n --number -a --suffix-length --additional-suffix"),
    },
    follow: ({ draft }, given) => {
      if (given.operands.length < 2) draft.useFolders({ operation: "write" });
      return undefined;
    },
  },
  csplit: {
    operands: ["read", "text"],
    options: { "-f": "write", "--prefix": "write", ...each("text", "-b --suffix-format -n --digits") },
    follow: ({ draft }) => {
      draft.useFolders({ operation: "write" });
      return undefined;
    },
  },
  ...each(
    {
      operands: ["write"],
      options: { ...each("text", "-S --suffix"), "-o": "write", "--files": "danger", "--files0": "danger" },
    } satisfies Program,
    "gzip gunzip bzip2 bunzip2 xz unxz lzma zstd unzstd",
  ),
};
