/** Programs that start another one, which stands in their arguments. */
import { exactText, type Field } from "../command-line/values.ts";
import type { Arguments } from "./arguments.ts";
import { enterFolder } from "./apply.ts";
import { type Call, each, type Program, type Programs } from "./program.ts";
import { judgeAssignment } from "./variables.ts";

/** A wrapper; `skip` operands stand before the command. */
function wrapper(skip: number, program: Program): Program {
  return {
    stopsAtOperand: true,
    others: "danger",
    ...program,
    follow: (call, given) => {
      call.draft.isWrapper = true;
      const rest = call.args.slice(given.firstOperand + skip);
      return rest.length === 0 ? undefined : startWords(call, rest);
    },
  };
}

/** Runs words as a program, never a function of the shell. */
function startWords(
  { draft, setting, reader }: Call,
  words: readonly Field[],
): readonly string[] | undefined {
  const state = { ...setting.state, folders: draft.folders };
  return reader.runFields(words, { ...setting, state }, "functions").output;
}

const env: Program = {
  stopsAtOperand: true,
  others: "danger",
  options: {
    ...each("text", "-u --unset"),
    "-C": "text",
    "--chdir": "text",
    "-S": "danger",
    "--split-string": "danger",
    "-P": "danger",
  },
  flags: each("harmless", "-i - -0 --null --ignore-environment -v --debug"),
  follow: followEnv,
};

function followEnv(call: Call, given: Arguments): readonly string[] | undefined {
  const { draft, args } = call;
  draft.isWrapper = true;
  for (const { name, value } of given.options)
    if ((name === "-C" || name === "--chdir") && value !== undefined) enterFolder(draft, value);
  let at = given.firstOperand;
  while (exactText(args[at]) === "-") at++;
  for (; at < args.length; at++) {
    const field = args[at];
    const [, variable, value] = /^([^=]*)=([^]*)$/.exec(field?.values[0] ?? "") ?? [];
    if (field === undefined || variable === undefined) break;
    if (field.values.length > 1 || !/^\w+$/.test(variable))
      draft.ask("Which variable is set is not known.", "nothing");
    else judgeAssignment(variable, [value ?? ""], "environment", draft);
  }
  return at < args.length ? startWords(call, args.slice(at)) : undefined;
}

const seesAll: Program = { follow: (call, given) => startAny(call, given) };
const otherRights: Program = {
  ...seesAll,
  stopsAtOperand: true,
  options: each("text", "-u --user -g --group -h --host -p --prompt -C -r -t -T -U -D -R"),
};

// Its options are not followed: the first word that is none is taken for the command, so that at least denials hold for it.
function startAny(call: Call, given: Arguments): undefined {
  const { args, draft } = call;
  draft.isWrapper = true;
  const reason =
    call.name === "sudo" || call.name === "doas"
      ? "It acts with other rights."
      : `"${call.name}" starts other commands in ways of its own.`;
  draft.ask(reason, "exact-rule");
  const rest = args.slice(given.firstOperand);
  const at = rest.findIndex((field) => !/^-|^\w+=|^\d/.test(field.values[0] ?? ""));
  const words = at < 0 ? [] : rest.slice(at);
  if (words.length > 0 && given.operands.length > 0) startWords(call, words);
  return undefined;
}

const crossEnv: Program = {
  code: "It runs the project's own code.",
  stopsAtOperand: true,
  follow: (call) => {
    const at = call.args.findIndex((field) => !/^\w+=/.test(field.values[0] ?? ""));
    for (const field of call.args.slice(0, Math.max(0, at))) {
      const [, name = "", value = ""] = /^(\w+)=([^]*)$/.exec(field.values[0] ?? "") ?? [];
      judgeAssignment(name, [value], "environment", call.draft);
    }
    return at < 0 ? undefined : startWords(call, call.args.slice(at));
  },
};

/** Programs that start others. */
export const wrappers: Programs = {
  env,
  nohup: wrapper(0, {}),
  setsid: wrapper(0, { flags: each("harmless", "-f --fork -w --wait -c --ctty") }),
  time: wrapper(0, {
    options: { ...each("text", "-f --format"), ...each("write", "-o --output") },
    flags: each("harmless", "-p -v -a --portability --verbose --append"),
  }),
  nice: wrapper(0, { options: each("text", "-n --adjustment"), flags: each("harmless", "-1 -5 -9") }),
  ionice: wrapper(0, {
    options: each("text", "-c --class -n --classdata"),
    flags: each("harmless", "-t --ignore"),
  }),
  stdbuf: wrapper(0, { options: each("text", "-i --input -o --output -e --error") }),
  timeout: wrapper(1, {
    options: each("text", "-s --signal -k --kill-after"),
    flags: each("harmless", "-v --verbose --foreground --preserve-status"),
  }),
  gtimeout: wrapper(1, {
    options: each("text", "-s --signal -k --kill-after"),
    flags: each("harmless", "--foreground --preserve-status"),
  }),
  chrt: wrapper(1, { flags: each("harmless", "-b -f -i -o -r") }),
  taskset: wrapper(1, { flags: each("harmless", "-c --cpu-list") }),
  caffeinate: wrapper(0, { flags: each("harmless", "-i -d -m -s -u") }),
  dotenv: wrapper(0, {
    options: each("read", "-e -f"),
    code: "What the file sets changes what programs run.",
  }),
  ...each(wrapper(0, { code: "It runs the project's own code.", others: "code" }), "c8 nyc"),
  ...each(crossEnv, "cross-env cross-env-shell"),
  ...each(otherRights, "sudo doas"),
  ...each(
    seesAll,
    "su runuser pkexec sg newgrp gosu setpriv capsh unshare nsenter chroot bwrap firejail watch parallel strace ltrace dtruss perf valgrind script scriptreplay expect unbuffer flock entr watchexec nodemon concurrently hyperfine proot fakeroot ssh-agent dbus-run-session xvfb-run prlimit numactl cgexec linux32 linux64 setarch rlwrap faketime eatmydata chronic ts sem lockfile-run start-stop-daemon xcrun run-parts debugger pipx mosh",
  ),
};
