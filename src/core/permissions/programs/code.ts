/** Programs that do what the project's files say: interpreters, compilers, build tools, linters, test runners. */
import { exactText, type Field } from "../command-line/values.ts";
import { hasOption, optionValues, type Arguments } from "./arguments.ts";
import { type Call, each, type Program, type Programs } from "./program.ts";

const why = "It runs the project's own code.";
const tool: Program = { operands: ["guess"], code: why };

/** An interpreter whose first operand is a script. */
function interpreter(program: Program): Program {
  return {
    operands: ["code", "guess"],
    stopsAtOperand: true,
    code: why,
    ...program,
    follow: (call, given) => {
      judgeSource(call, given, program.insteadOfFirst ?? []);
      return program.follow?.(call, given);
    },
  };
}

// A program that comes through a pipe is one that nobody has seen.
function judgeSource({ draft, setting, name }: Call, given: Arguments, instead: readonly string[]): void {
  const [script] = given.operands;
  const source = script && exactText(script);
  if (hasOption(given, ...instead, "-v", "-V", "--version", "-h", "--help")) return;
  if (script !== undefined && source !== "-" && !/^\/dev\/(?:stdin|fd\/)/.test(source ?? "")) return;
  if (setting.input.kind === "pipe" || source?.startsWith("/dev/fd/") === true)
    draft.ask(`What "${name}" would run comes from another command.`, "exact-rule");
}

const python = interpreter({
  insteadOfFirst: ["-c", "-m"],
  options: each("text", "-c -m -W -X"),
  follow: ({ draft }, given) => {
    const module = exactText(given.options.find((option) => option.name === "-m")?.value);
    if (module === "pip" || module === "ensurepip" || module === "pipx") judgePip(draft, given.operands);
    if (module === "http.server" || module === "smtpd") draft.connect("*");
    return undefined;
  },
});

const harmlessPip = new Set(["list", "show", "freeze", "check", "help", "inspect", "debug", "config"]);

/** pip: all but looking at what is there is done over the network. */
export function judgePip(draft: Call["draft"], operands: readonly Field[]): void {
  const command = exactText(operands[0]);
  if (operands.length > 0 && (command === undefined || !harmlessPip.has(command))) draft.connect("*");
}

/** Programs that run what they are given. */
export const interpreters: Programs = {
  ...each(python, "python python2 python3 pypy pypy3"),
  node: interpreter({
    hasWholeNames: true,
    insteadOfFirst: ["-e", "--eval", "-p", "--print", "-pe", "--run"],
    options: {
      ...each(
        "text",
        "-e --eval -p --print --run -C --conditions --input-type --test-name-pattern --stack-size",
      ),
      ...each(
        "text",
        "--test-reporter --test-concurrency --max-old-space-size --import --loader --experimental-loader",
      ),
      ...each("guess", "-r --require"),
      ...each("read", "--env-file --env-file-if-exists"),
      ...each(
        "write",
        "--test-reporter-destination --cpu-prof-dir --diagnostic-dir --report-dir --report-directory",
      ),
    },
  }),
  ruby: interpreter({
    insteadOfFirst: ["-e"],
    options: { ...each("text", "-e -r"), "-I": "guess", "-C": "folder" },
    attached: ["-i", "-x", "-W", "-K", "-E"],
  }),
  perl: interpreter({
    insteadOfFirst: ["-e", "-E"],
    options: { ...each("text", "-e -E"), "-I": "guess" },
    attached: ["-i", "-M", "-m", "-F", "-x", "-d", "-D"],
  }),
  php: interpreter({
    insteadOfFirst: ["-r", "-f", "-S"],
    options: { ...each("text", "-r -d -B -R -E -S -t"), ...each("guess", "-f -F -c -z") },
  }),
  ...each(
    interpreter({ insteadOfFirst: ["-e", "--eval"], options: each("text", "-e --eval -l -L") }),
    "lua luajit julia Rscript escript tclsh ts-node groovy racket guile sbcl",
  ),
  tsx: interpreter({
    insteadOfFirst: ["-e", "--eval"],
    options: { ...each("text", "-e --eval"), "--tsconfig": "read", "--env-file": "read" },
  }),
  java: {
    operands: ["guess"],
    options: { ...each("read", "-jar"), ...each("guess", "-cp -classpath --class-path -p") },
    hasLongDash: true,
    code: why,
  },
  ...each(
    {
      operands: ["guess"],
      options: {
        ...each("read", "-f --file --makefile"),
        ...each("folder", "-C --directory"),
        ...each("guess", "-I --include-dir"),
        ...each("text", "-j --jobs -l -o -W"),
        ...each("danger", "-E --eval"),
      },
      attached: ["-j", "-l"],
      follow: ({ draft }, given) => {
        const isText = given.operands.some((field) =>
          /^\.?(?:SHELL|SHELLFLAGS|MAKE|MAKEFLAGS)\??=/.test(field.values[0] ?? "SHELL="),
        );
        const isInput = optionValues(given, "-f", "--file", "--makefile").some((field) =>
          /^(?:-|\/dev\/)/.test(exactText(field) ?? "-"),
        );
        if (isText || isInput) draft.ask("What make would run stands in no file.", "exact-rule");
        return undefined;
      },
      code: why,
    } satisfies Program,
    "make gmake",
  ),
  ninja: {
    operands: ["text"],
    options: { "-C": "folder", "-f": "read", ...each("text", "-j -k -l -d -t") },
    code: why,
  },
  sqlite3: { operands: ["write", "text"], code: why, hasLongDash: true },
};

const compilers =
  "gcc g++ cc c++ clang clang++ ld ar rustc javac kotlinc scalac swiftc zig nim ocamlc ghc dmd valac as nasm ranlib strip objdump nm readelf size gofmt goimports rustfmt";
const builders =
  "cmake ctest meson bazel buck gradle gradlew mvn mvnw ant sbt lein msbuild xcodebuild rake grunt gulp scons autoconf automake libtoolize autoreconf configure just";
const javaScript =
  "tsc vue-tsc jest vitest mocha tap ava jasmine karma cypress playwright eslint prettier oxlint oxfmt biome stylelint webpack vite rollup esbuild rolldown tsup swc parcel turbo nx lerna next nuxt astro svelte-check ng storybook knip rimraf tsd typedoc size-limit lint-staged commitlint dprint standard xo babel postcss sass lessc tailwindcss graphql-codegen prisma drizzle-kit changeset depcheck madge markdownlint markdownlint-cli2 cspell wireit";
const pythonTools =
  "pytest py.test tox nox ruff black isort flake8 pylint mypy pyright basedpyright bandit coverage sphinx-build mkdocs django-admin flask uvicorn gunicorn alembic pre-commit autopep8 yapf pyflakes pycodestyle vulture hypothesis nosetests ipython jupyter";
const others =
  "rspec rubocop standardrb phpunit phpstan psalm pint golangci-lint staticcheck gotestsum shfmt clang-format clang-tidy cppcheck protoc buf swiftlint swiftformat ktlint detekt hadolint yamllint actionlint mix elixir iex erl rebar3 rails stack cabal runghc dune ctags cscope gcov lcov yq xmllint xsltproc dot pandoc cloc tokei scc";

/** Programs that run code. */
export const code: Programs = {
  ...each(tool, compilers),
  ...each(tool, builders),
  ...each(tool, javaScript),
  ...each(tool, pythonTools),
  ...each(tool, others),
  ...interpreters,
};

/** Names of tools that projects install for themselves. */
export const projectTools: ReadonlySet<string> = new Set([...javaScript.split(" "), "tsx", "ts-node"]);

/** A tool of the project, whatever it is called. */
export const projectTool: Program = tool;
