/** The variables of a command: the host's, without what belongs to the editor, and with what keeps tools from asking. */

/** Variables of the editor, of what it puts into extensions' processes, and of shells that would run something unasked. */
const foreign =
  /^(VSCODE_|ELECTRON_|CODE_SERVER_|BASH_FUNC_|BOOCODE_)|^(BASH_ENV|ENV|BASHOPTS|SHELLOPTS|PS4|PROMPT_COMMAND|CDPATH|OLDPWD|GLOBIGNORE|HASHED_PASSWORD|PASSWORD|GIT_ASKPASS|SSH_ASKPASS|SUDO_ASKPASS|CHROME_DESKTOP|GIO_LAUNCHED_DESKTOP_FILE|GIO_LAUNCHED_DESKTOP_FILE_PID|ORIGINAL_XDG_CURRENT_DESKTOP|APPLICATION_INSIGHTS_NO_DIAGNOSTIC_CHANNEL|TERM_PROGRAM|TERM_PROGRAM_VERSION|COLORTERM|NODE_CHANNEL_FD|NODE_CHANNEL_SERIALIZATION_MODE|NODE_UNIQUE_ID)$/;

/** Ways to what a confined command can not reach: sockets of agents, buses, displays, containers, folders of other users and of other disks. */
const outside =
  /^(SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO|DBUS_SESSION_BUS_ADDRESS|XDG_RUNTIME_DIR|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DOCKER_HOST|CONTAINER_HOST|PULSE_SERVER|TMUX|STY|TMP|TEMP|XDG_CACHE_HOME|XDG_STATE_HOME)$/;

/**
 * Nobody sits before the terminal. None of these changes what a tool does when it is not asked anything. Colours are not forced:
 * FORCE_COLOR colours mocha, tsc and what Node's console shows, but not git, npm, ls or grep, and it does so in pipes and snapshots as well, so
 * that "npm test | grep" finds less and tests of output fail. A tool that colours unasked keeps its colours.
 */
const quiet: Readonly<Record<string, string>> = {
  TERM: "dumb",
  PAGER: "cat",
  GIT_PAGER: "cat",
  MANPAGER: "cat",
  SYSTEMD_PAGER: "cat",
  GIT_TERMINAL_PROMPT: "0",
  // A message that git proposes is taken; where it has none (a commit without -m) the commit is refused, with that reason.
  GIT_EDITOR: "true",
  EDITOR: "true",
  VISUAL: "true",
  DEBIAN_FRONTEND: "noninteractive",
  PIP_NO_INPUT: "1",
  COMPOSER_NO_INTERACTION: "1",
  POETRY_NO_INTERACTION: "1",
  TF_INPUT: "0",
  NG_CLI_ANALYTICS: "false",
  NO_UPDATE_NOTIFIER: "1",
  // In a pipe Python would tell its output late, and out of order with its errors.
  PYTHONUNBUFFERED: "1",
};

/** Without a network whoever tries again only lets the user wait. */
const hasty: Readonly<Record<string, string>> = {
  npm_config_fetch_retries: "0",
  PIP_RETRIES: "0",
  CARGO_NET_RETRY: "0",
  BUNDLE_RETRY: "0",
  UV_HTTP_RETRIES: "0",
};

/** Root can not give files away in there, which tar would try for root. */
const asRoot: Readonly<Record<string, string>> = { TAR_OPTIONS: "--no-same-owner" };

/** Names the call that a process belongs to, in its environment. */
export const markVariable = "BOOCODE_CALL";

/** The environment of a command. */
export function commandEnvironment(options: {
  readonly host: NodeJS.ProcessEnv;
  readonly hidden: readonly string[];
  readonly own: Readonly<Record<string, string>>;
  readonly isConfined: boolean;
  readonly hasNetwork: boolean;
}): Record<string, string> {
  const hidden = new Set(options.hidden);
  const isKept = (name: string, value: string): boolean =>
    !hidden.has(name) &&
    !foreign.test(name) &&
    !(options.isConfined && outside.test(name)) &&
    !belongsToEditor(name, value);
  const host = Object.entries(options.host).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isKept(entry[0], entry[1]),
  );
  return {
    ...Object.fromEntries(host),
    ...quiet,
    ...(options.hasNetwork ? {} : hasty),
    ...(options.isConfined && process.getuid?.() === 0 ? asRoot : {}),
    ...options.own,
  };
}

// Its debugger starts with every Node, and its browser needs the editor's own sockets.
function belongsToEditor(name: string, value: string): boolean {
  if (name === "NODE_OPTIONS") return /js-debug|bootloader/.test(value);
  if (name === "BROWSER") return /vscode|code-server|\/helpers\/browser/.test(value);
  return false;
}
