import assert from "node:assert/strict";
import { commandEnvironment } from "#node/shell/environment.ts";

const host = {
  PATH: "/bin",
  HOME: "/home/user",
  LANG: "de_DE.UTF-8",
  CI: "true",
  DEEPSEEK_API_KEY: "sk-1",
  BOOCODE_API_KEY: "sk-2",
  VSCODE_IPC_HOOK: "/run/socket",
  ELECTRON_RUN_AS_NODE: "1",
  BASH_ENV: "/home/user/evil",
  ENV: "/home/user/evil",
  CDPATH: "/elsewhere",
  "BASH_FUNC_git%%": "() { evil; }",
  NODE_OPTIONS: "--require /x/ms-vscode.js-debug/src/bootloader.js",
  SSH_AUTH_SOCK: "/run/agent",
  PAGER: "less",
};

const environment = (isConfined: boolean, options: Partial<Parameters<typeof commandEnvironment>[0]> = {}) =>
  commandEnvironment({
    ...{ host, hidden: ["DEEPSEEK_API_KEY"], own: {}, isConfined, hasNetwork: !isConfined },
    ...options,
  });

describe("shell: variables", () => {
  it("are the user's own, but for keys, the editor's, and what a shell would run", () => {
    const { PATH, HOME, LANG, CI, SSH_AUTH_SOCK, ...rest } = environment(false);
    assert.deepEqual([PATH, HOME, LANG, CI], ["/bin", "/home/user", "de_DE.UTF-8", "true"]);
    assert.equal(SSH_AUTH_SOCK, "/run/agent");
    const own = Object.keys(host).filter((name) => name in rest);
    assert.deepEqual(own, ["PAGER"]);
    assert.deepEqual([rest["PAGER"], rest["TERM"], rest["GIT_TERMINAL_PROMPT"]], ["cat", "dumb", "0"]);
    assert.equal("npm_config_fetch_retries" in rest, false);
  });

  it("show a confined command no way to agents outside, and let it give up at once", () => {
    const confined = environment(true);
    assert.equal("SSH_AUTH_SOCK" in confined, false);
    assert.equal(confined["npm_config_fetch_retries"], "0");
  });

  it("can be set for one command", () => {
    assert.equal(environment(false, { own: { PAGER: "more", X: "1" } })["PAGER"], "more");
  });

  it("keep what the user tells Node by themselves", () => {
    const options = "--max-old-space-size=4096";
    assert.equal(environment(false, { host: { NODE_OPTIONS: options } })["NODE_OPTIONS"], options);
  });
});
