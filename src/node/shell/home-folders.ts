/** What lies in a user's home, by what confined commands may do with it. Paths are relative to the home. */

/** Tool chains, which commands may read and run. Only those parts in which no keys lie. */
export const toolChains: readonly string[] = [
  ...["bin", ".bin", ".local/bin", ".local/lib", ".local/share/gem", ".local/share/virtualenvs"],
  // Node
  ...[".nvm", ".volta/bin", ".volta/tools", ".fnm", ".local/share/fnm", ".n", "n", ".nodenv", ".nodebrew"],
  ...[".npm-global", ".npm-packages", ".yarn/bin", ".config/yarn/global", ".local/share/pnpm"],
  ...[".bun/bin", ".bun/install/global", ".deno/bin", ".cache/node/corepack"],
  // Browsers that tests drive
  ...[".cache/ms-playwright", ".cache/puppeteer", ".cache/Cypress"],
  // Python
  ...[".pyenv", ".local/share/uv", ".local/share/pipx", ".local/pipx", ".poetry", ".rye", ".pixi/bin"],
  ...["miniconda3", "anaconda3", "miniforge3", "mambaforge", ".conda/envs", ".conda/pkgs"],
  // Rust, Go, Java, .NET
  ...[".cargo/bin", ".cargo/registry", ".cargo/git", ".cargo/env", ".rustup"],
  ...["go/bin", "go/pkg/mod", ".go", "sdk", ".goenv", ".gvm"],
  ...[".sdkman/bin", ".sdkman/candidates", ".jenv", ".jabba", ".m2/repository", ".m2/wrapper"],
  ...[".gradle/wrapper", ".dotnet"],
  // Others
  ...[".asdf", ".local/share/mise", ".local/share/rtx", ".proto", ".rbenv", ".rvm", ".gem/ruby"],
  ...[".opam", ".ghcup/bin", ".ghcup/ghc", ".cabal/bin", ".juliaup", ".julia", ".elan", ".foundry/bin"],
  ...[".linuxbrew", ".nix-profile", ".phpenv", ".plenv", ".luaver", ".zig", ".zvm"],
];

/** What git is set up with, which commands may read. */
export const gitSettings: readonly string[] = [".gitconfig", ".config/git"];

/** Where tools keep what they fetched and made: for a confined command these are folders of its session. */
export const caches: readonly string[] = [
  ...[".cache", ".npm", ".yarn/berry", ".gradle", ".m2", ".ivy2", ".sbt", ".nuget", ".node-gyp"],
  ...[".electron-gyp", ".bundle", ".local/state"],
];

/** Keys, accounts and what was typed: never in sight unless it was asked for by name. */
export const secrets: readonly string[] = [
  ...[".ssh", ".gnupg", ".aws", ".azure", ".config/gcloud", ".oci", ".kube", ".docker", ".config/containers"],
  ...[".netrc", "_netrc", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", ".config/pip", ".git-credentials"],
  ...[".config/git/credentials", ".config/gh", ".config/hub", ".config/glab-cli", ".config/op"],
  ...[".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials", ".bundle/config"],
  ...[".m2/settings.xml", ".m2/settings-security.xml", ".gradle/gradle.properties", ".nuget/NuGet"],
  ...[".composer/auth.json", ".config/composer/auth.json", ".terraform.d", ".terraformrc", ".vault-token"],
  ...[".pgpass", ".my.cnf", ".password-store", ".local/share/keyrings", ".config/sops", ".config/age"],
  ...[".boocode", ".claude", ".claude.json", ".codex", ".config/Code", ".vscode-server", ".vscode"],
  ...[".config/google-chrome", ".config/chromium", ".mozilla", ".thunderbird", "Library/Keychains"],
  ...[".bash_history", ".zsh_history", ".python_history", ".node_repl_history", ".psql_history"],
  ...[".mysql_history", ".sqlite_history", ".lesshst", ".viminfo", ".local/share/fish"],
];
