/** Variables that change what programs do. */
import type { CommandDraft } from "../command-line/draft.ts";
import { exactField, isExact } from "../command-line/values.ts";

// They name programs, libraries, settings or places that other programs run, load or trust.
const dangerous =
  /^(?:PATH|IFS|HOME|SHELL|ENV|EDITOR|VISUAL|PAGER|BROWSER|PWD|OLDPWD|CDPATH|GLOBIGNORE|FIGNORE|EXECIGNORE|TMOUT|FCEDIT|MAIL|MAILPATH|MAILCHECK|PS[0-4]|PROMPT_COMMAND|POSIXLY_CORRECT|SHELLOPTS|HISTFILE|INPUTRC|TERMINFO|TERMINFO_DIRS|TERMCAP|NLSPATH|LOCPATH|GCONV_PATH|HOSTALIASES|RES_OPTIONS|MALLOC_TRACE|TMPDIR|TEMP|TMP|LESS|LESSOPEN|LESSCLOSE|LESSEDIT|LESSKEY|MORE|MANPAGER|MANOPT|BAT_PAGER|BAT_CONFIG_PATH|RIPGREP_CONFIG_PATH|ACKRC|GREP_OPTIONS|TAR_OPTIONS|GZIP|BZIP2?|XZ_OPT|XZ_DEFAULTS|ZIPOPT|UNZIP|ZIP|RSYNC_RSH|RSYNC_CONNECT_PROG|CVS_RSH|SVN_SSH|AWKPATH|AWKLIBPATH|GAWK_READ_TIMEOUT|SED|CLASSPATH|SUDO_ASKPASS|SUDO_EDITOR|KUBECONFIG|DOCKER_HOST|DISPLAY|WAYLAND_DISPLAY|DBUS_SESSION_BUS_ADDRESS|OPENSSL_CONF|OPENSSL_ENGINES|SSL_CERT_FILE|SSL_CERT_DIR|CURL_HOME|CURL_CA_BUNDLE|WGETRC|NETRC|SSH_AUTH_SOCK|SSH_ASKPASS|GNUPGHOME|GPG_AGENT_INFO|GOPROXY|GONOSUMDB|GOFLAGS|GOTOOLDIR|RUSTC|RUSTC_WRAPPER|RUSTC_WORKSPACE_WRAPPER|CC|CXX|LD|AR|MAKEFLAGS|MFLAGS|MAKEFILES|FC|PS_PERSONALITY|[A-Z]+_PROXY)$|^(?:LD|DYLD|BASH|GIT|PYTHON|PERL|RUBY|NODE|NPM_CONFIG|YARN|PNPM|BUN|DENO|XDG|JAVA|_JAVA|JDK|MAVEN|GRADLE|CARGO|DOTNET|PHP|LUA|PIP|UV|SSH|GPG|AWS|GOOGLE|AZURE|SYSTEMD|ZSH|KSH|COMP|READLINE|FZF|HIST|MAKE|GCC|COMPILER|ELECTRON|VSCODE|BOOCODE)_|^(?:ZDOTDIR|RUBYOPT|RUBYLIB|GEM_PATH|GEM_HOME|BUNDLE_GEMFILE|PERL5OPT|PERL5LIB|PERL5DB|PERLLIB|PYTHONSTARTUP|PYTHONHOME|PYTHONINSPECT|PYTHONBREAKPOINT|BASHOPTS|BASH_ENV|LUA_INIT|LUA_PATH|LUA_CPATH|PHPRC|PHP_INI_SCAN_DIR|JULIA_LOAD_PATH|ERL_FLAGS|GHCRTS|R_PROFILE.*|R_ENVIRON.*)$|^(?:http|https|ftp|all|no|HTTP|HTTPS|FTP|ALL|NO)_(?:proxy|PROXY)$|^npm_config_|^npm_execpath$/;

// Of the families above, these only change what is shown or how much is done.
const harmless =
  /^(?:NODE_ENV|NODE_NO_WARNINGS|NODE_DISABLE_COLORS|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|PYTHONHASHSEED|PYTHONIOENCODING|PYTHONUTF8|CARGO_TERM_COLOR|CARGO_TERM_VERBOSE|CARGO_INCREMENTAL|DOTNET_CLI_TELEMETRY_OPTOUT|DOTNET_NOLOGO|GIT_PAGER|GIT_TERMINAL_PROMPT|GIT_AUTHOR_(?:NAME|EMAIL|DATE)|GIT_COMMITTER_(?:NAME|EMAIL|DATE)|GIT_OPTIONAL_LOCKS|COMPOSE_PROJECT_NAME|NPM_CONFIG_(?:LOGLEVEL|FUND|AUDIT|PROGRESS|COLOR)|PIP_NO_COLOR)$/;

const shown =
  /^(?:CI|LANG|LANGUAGE|LC_\w+|TZ|TERM|COLORTERM|COLUMNS|LINES|FORCE_COLOR|NO_COLOR|CLICOLOR(?:_FORCE)?|DEBUG|VERBOSE|LOG_LEVEL|RUST_LOG|RUST_BACKTRACE|GOOS|GOARCH|GOMAXPROCS|CGO_ENABLED|PORT|HOST|DOTNET_NOLOGO|LS_COLORS|GREP_COLORS?|QUOTING_STYLE|TIME_STYLE|TIMEFORMAT|SOURCE_DATE_EPOCH|OMP_NUM_THREADS|UPDATE_SNAPSHOTS?|COVERAGE|HEADLESS|DISABLE_\w+|ENABLE_\w+|[A-Z]\w*_ENV)$/;

/** True for a variable that others trust. */
export function isDangerousVariable(name: string): boolean {
  return dangerous.test(name) && !harmless.test(name);
}

/** Adds what setting a variable means: in this shell only, or in the environment of what it starts. */
export function judgeAssignment(
  name: string,
  values: readonly string[],
  reach: "shell" | "environment",
  draft: CommandDraft,
): void {
  if (/^(?:PYTHONPATH|NODE_PATH)$/.test(name)) {
    for (const path of values.flatMap((value) => value.split(":")))
      draft.use(exactField(path === "" ? "." : path), { operation: "run" });
    draft.runsCode(`"${name}" says where code is loaded from.`);
    return;
  }
  if (/^(?:GIT_)?PAGER$/.test(name) && values.every((value) => value === "cat" || value === "")) return;
  if (
    name === "NODE_OPTIONS" &&
    values.every((value) =>
      /^(?:--(?:max[-_]old[-_]space[-_]size=\d+|no-warnings|enable-source-maps|trace-warnings|experimental-vm-modules)\s*)*$/.test(
        value,
      ),
    )
  )
    return draft.runsCode(`"${name}" changes how the project's code runs.`);
  if (name === "GIT_PAGER" || isDangerousVariable(name))
    draft.ask(`The variable ${name} changes what programs run or trust.`, "nothing");
  else if (reach === "environment" && !shown.test(name) && !harmless.test(name))
    draft.runsCode(`What the variable ${name} changes is not known.`);
  else if (
    /^(?:LANG|LANGUAGE|LC_\w+|TZ|TERM)$/.test(name) &&
    values.some((value) => !isExact(value) || /^[:/.]|\.\./.test(value))
  )
    draft.ask(`The variable ${name} may name a file.`, "nothing");
}
