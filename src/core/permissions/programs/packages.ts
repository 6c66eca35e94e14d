/** Package managers and tools with subcommands: which of them run the project's code, and which go to the network. */
import { exactField, exactText, type Field } from "../command-line/values.ts";
import { hasOption, type Arguments } from "./arguments.ts";
import { judgePip, projectTools } from "./code.ts";
import { type Call, each, type Program, type Programs, type Role } from "./program.ts";

const why = "It runs the project's own code.";

/** What is known about a tool's subcommands; names are given as one text. */
interface Tool {
  readonly code: string;
  readonly network: string;
  /** They change settings of the user's that hold everywhere. */
  readonly settings?: string;
  /** They run the command that follows. */
  readonly starts?: string;
  /** What any other subcommand is. */
  readonly others: "code" | "unknown";
  /** What it does without one. */
  readonly none: "code" | "network";
  readonly options?: Readonly<Record<string, Role>>;
  /** Subcommands of two words ("mod tidy") that go to the network. */
  readonly pairs?: string;
}

const tools: Readonly<Record<string, Tool>> = {
  npm: {
    code: "test t tst run run-script rum urn start stop restart pack rebuild rb ls list ll la why explain query root bin prefix get help version pkg completion diff",
    network:
      "install i in ins inst insta instal isnt isnta isntal add ci clean-install ic install-clean install-test it cit uninstall un remove rm r unlink update up upgrade udpate publish unpublish view info show v search s se find audit outdated init create innit link ln login adduser logout whoami owner access team token profile star unstar stars deprecate dist-tag ping doctor cache dedupe ddp prune shrinkwrap repo docs home bugs issues fund hook org sbom edit explore",
    starts: "exec x",
    settings: "config c set",
    others: "unknown",
    none: "code",
    options: {
      ...each("folder", "--prefix -C"),
      ...each("read", "--userconfig --globalconfig"),
      ...each("text", "-w --workspace --loglevel"),
      ...each("danger", "--script-shell --node-options --shell --git --editor --viewer --browser"),
    },
  },
  yarn: {
    code: "test run start build lint workspace workspaces why list bin versions help version node constraints",
    settings: "config",
    network:
      "install add remove upgrade up upgrade-interactive outdated info npm audit publish init create import link unlink dlx global login logout owner tag team pack cache set dedupe self-update plugin rebuild",
    starts: "exec",
    others: "code",
    none: "network",
    options: { ...each("folder", "--cwd"), ...each("danger", "--use-yarnrc --script-shell") },
  },
  pnpm: {
    code: "test t run start list ls why bin root licenses help recursive m multi restart stop",
    network:
      "install i add remove rm uninstall un update up upgrade outdated audit publish init create dlx import link ln unlink fetch deploy store patch patch-commit prune rebuild rb setup env self-update login logout cat-file server pack",
    settings: "config c",
    starts: "exec",
    others: "code",
    none: "code",
    options: {
      ...each("folder", "-C --dir"),
      ...each("text", "-F --filter"),
      ...each("danger", "--script-shell --shell-emulator"),
    },
  },
  bun: {
    code: "test run build pm repl",
    network:
      "install i add a remove rm update link unlink create c upgrade publish outdated audit init x patch",
    others: "code",
    none: "code",
    options: {
      ...each("folder", "--cwd"),
      ...each("text", "-e --eval -p --print"),
      ...each("guess", "-r --preload -c --config"),
    },
  },
  deno: {
    code: "run test fmt lint check task bench eval info doc coverage compile types lsp repl",
    network: "install i add remove cache upgrade publish outdated uninstall init jupyter deploy serve jsr",
    others: "unknown",
    none: "code",
  },
  cargo: {
    code: "build b check c test t run r bench doc d clean fmt clippy tree metadata nextest expand fix rustc rustdoc version help verify-project locate-project pkgid llvm-cov insta machete deny udeps miri",
    network:
      "install add remove rm update fetch publish search login logout owner yank vendor audit outdated uninstall package generate-lockfile binstall",
    others: "unknown",
    none: "code",
    options: {
      ...each("read", "--manifest-path"),
      ...each("folder", "-C"),
      ...each("write", "--target-dir --out-dir"),
      ...each(
        "text",
        "-p --package --features --bin --example --test -j --jobs --profile --target --message-format",
      ),
    },
  },
  go: {
    code: "build test run vet fmt generate list doc version help tool clean fix env mod work",
    network: "get install telemetry",
    pairs: "mod-tidy mod-download mod-vendor work-sync",
    others: "unknown",
    none: "code",
    options: {
      ...each("folder", "-C"),
      ...each("write", "-o -coverprofile -cpuprofile -memprofile -outputdir -trace"),
      ...each("read", "-modfile -overlay"),
      ...each(
        "text",
        "-run -bench -count -timeout -tags -race-none -ldflags -gcflags -p -parallel -coverpkg -covermode -cpu -skip -fuzz -fuzztime",
      ),
    },
  },
  pip: {
    code: "list show freeze check help inspect debug",
    settings: "config cache",
    network: "install download uninstall wheel index search hash lock",
    others: "unknown",
    none: "code",
  },
  poetry: {
    code: "check show env version build list about",
    settings: "config",
    network: "install add remove update lock publish init new search self source export sync",
    starts: "run",
    others: "unknown",
    none: "code",
    options: each("folder", "-C --directory --project"),
  },
  pipenv: {
    code: "graph scripts verify",
    network: "install uninstall update upgrade lock sync clean check requirements shell open",
    starts: "run",
    others: "unknown",
    none: "code",
  },
  uv: {
    code: "tree version format build",
    network: "sync lock add remove pip tool python venv publish init export cache self auth",
    starts: "run",
    others: "unknown",
    none: "code",
    options: {
      ...each("folder", "--directory --project"),
      ...each("text", "--with -p --python --extra --group"),
    },
  },
  hatch: {
    code: "test fmt build version status dep",
    network: "publish new env python self config",
    starts: "run",
    others: "unknown",
    none: "code",
  },
  bundle: {
    code: "check list show info viz help version doctor",
    network:
      "install update add remove lock outdated init clean config cache package pristine gem open console",
    starts: "exec",
    others: "unknown",
    none: "network",
  },
  gem: {
    code: "list contents environment env which help specification dependency build",
    network: "install uninstall update push fetch search owner outdated cert sources yank pristine",
    others: "unknown",
    none: "code",
  },
  composer: {
    code: "test run-script run validate show check-platform-reqs dump-autoload dumpautoload licenses depends prohibits status list diagnose",
    network:
      "install update require remove create-project global self-update selfupdate audit outdated archive init config search",
    starts: "exec",
    others: "code",
    none: "code",
    options: each("folder", "-d --working-dir"),
  },
  dotnet: {
    code: "build test run clean format msbuild vstest list sln help watch",
    network: "restore add remove publish pack nuget tool new workload dev-certs",
    others: "unknown",
    none: "code",
    options: {
      ...each("write", "-o --output"),
      ...each("text", "-c --configuration -f --framework -r --runtime -v --verbosity --filter"),
    },
  },
  flutter: {
    code: "test analyze build format gen-l10n clean run drive",
    network: "pub create upgrade doctor install downgrade precache channel config",
    others: "unknown",
    none: "code",
  },
  dart: {
    code: "test analyze format run compile fix doc info",
    network: "pub create devtools",
    others: "unknown",
    none: "code",
  },
  swift: { code: "build test run format", network: "package", others: "unknown", none: "code" },
  helm: {
    code: "lint template",
    network: "install upgrade repo pull push dependency list uninstall rollback get status search show",
    others: "unknown",
    none: "code",
  },
};

function programOf(tool: Tool): Program {
  const classes = new Map<string, "code" | "network" | "starts" | "settings">();
  for (const name of tool.network.split(" ")) classes.set(name, "network");
  for (const name of tool.code.split(" ")) classes.set(name, "code");
  for (const name of tool.settings?.split(" ") ?? []) classes.set(name, "settings");
  for (const name of tool.starts?.split(" ") ?? []) classes.set(name, "starts");
  const pairs = new Set(tool.pairs?.split(" "));
  return {
    operands: ["text", "guess"],
    code: why,
    ...(tool.options !== undefined && { options: tool.options }),
    ...(tool === tools["go"] && { hasLongDash: true }),
    // npm alone knows shortened names.
    ...(tool !== tools["npm"] && { hasWholeNames: true }),
    follow: (call, given) => {
      const [command, second] = given.operands;
      const name = exactText(command);
      if (command === undefined) {
        if (tool.none === "network" && !hasOption(given, "--version", "-v", "--help", "-h", "-V"))
          call.draft.connect("*");
        return undefined;
      }
      const kind = name === undefined ? "unknown" : (classes.get(name) ?? tool.others);
      if (kind === "network" || pairs.has(`${name}-${exactText(second)}`)) call.draft.connect("*");
      else if (kind === "unknown")
        call.draft.ask(`What "${call.name} ${command.text}" does is not known.`, "rule");
      else if (kind === "settings" || (name === "env" && hasOption(given, "-w", "-u")))
        call.draft.ask(`"${call.name} ${name}" changes settings that hold everywhere.`, "rule");
      else if (kind === "starts") start(call, given);
      if (given.operands.some((field) => /^(?:https?|jsr|npm|git|ssh):|^git@/.test(field.values[0] ?? "")))
        call.draft.connect("*");
      return undefined;
    },
  };
}

/** What stands behind "exec": the first word is a program of the project. */
function start(call: Call, given: Arguments): void {
  const { args } = call;
  const at = args.indexOf(given.operands[0] ?? exactField(""));
  let rest = args.slice(at + 1);
  while (rest.length > 0 && exactText(rest[0])?.startsWith("-") === true) {
    const option = exactText(rest[0]) ?? "";
    if (
      !/^(?:--|--no-install|--silent|-s|--offline|--no-sync|--frozen|--quiet|-q|--if-present|-T)$/.test(
        option,
      )
    )
      call.draft.ask(`What "${option}" does to "${call.draft.label}" is not certain.`, "exact-rule");
    rest = rest.slice(1);
  }
  startTool(call, rest);
}

/** A program that a package manager looks for among the project's own, or fetches. */
function startTool(call: Call, words: readonly Field[]): void {
  const [first] = words;
  const name = exactText(first);
  const { draft, reader, setting } = call;
  if (first === undefined) return;
  if (name !== undefined && /\/|\.(?:py|rb|js|mjs|ts)$/.test(name)) {
    draft.use(first, { operation: "run" });
    for (const field of words.slice(1)) draft.guess(field);
    return;
  }
  if (name === undefined || !/^[\w.-]+$/.test(name)) {
    draft.ask(`Which program "${draft.label}" runs is not certain.`, "rule");
    return;
  }
  if (/^(?:npm|bun)$/.test(call.name)) askUnlessInstalled(call, name);
  [draft.isWrapper, draft.code] = [true, undefined];
  reader.runFields(words, { ...setting, state: { ...setting.state, folders: draft.folders } }, "functions");
}

const npx: Program = {
  operands: ["text", "guess"],
  stopsAtOperand: true,
  options: {
    ...each("danger", "-p --package -c --call --node-options --script-shell -n --node-arg"),
    ...each("text", "-w --workspace"),
    "--prefix": "folder",
  },
  flags: {
    ...each("harmless", "--no-install --no --offline --quiet -q --prefer-offline"),
    ...each("network", "-y --yes"),
  },
  others: "danger",
  follow: (call, given) => {
    const { draft } = call;
    const [first] = given.operands;
    const name = exactText(first);
    if (first === undefined) return undefined;
    if (name === undefined || !/^[\w.-]+$/.test(name)) {
      draft.connect("*");
      return undefined;
    }
    if (!hasOption(given, "--no-install", "--no")) askUnlessInstalled(call, name);
    if (!projectTools.has(name)) {
      draft.runsCode(why);
      return undefined;
    }
    draft.isWrapper = true;
    const setting = { ...call.setting, state: { ...call.setting.state, folders: draft.folders } };
    return call.reader.runFields(given.operands, setting, "functions").output;
  },
};

// What is not installed is fetched and run at once.
function askUnlessInstalled({ draft, name: manager }: Call, name: string): void {
  const places = ["", "../", "../../", "../../../"].map((up) => `${up}node_modules/.bin/${name}`);
  const concern = {
    reason: `"${name}" is not installed in the project, and ${manager} would fetch it.`,
    liftedBy: "rule",
    // Without the network nothing can be fetched.
    ...(projectTools.has(name) && { isUnconfinedOnly: true as const }),
  } as const;
  draft.askIf("none-exists", places, concern);
}

/** Package managers and tools like them. */
export const packages: Programs = {
  ...Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, programOf(tool)])),
  pip3: {
    operands: ["text", "guess"],
    code: why,
    follow: ({ draft }, given) => {
      judgePip(draft, given.operands);
      return undefined;
    },
  },
  ...each(npx, "npx bunx pnpx"),
};
