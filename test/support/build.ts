import { listFiles, PackageManager } from "@vscode/vsce";
import { execFile } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./setup.mjs";

/** Most that the packaged extension may weigh. */
const maxPackageBytes = 3 * 1024 * 1024;

/** What a package may hold; anything else is a mistake in .vscodeignore. */
const allowed =
  /^(package(\.nls)?\.json|(README|CHANGELOG)\.md|LICENSE|media\/(icon\.png|screenshot\.png|activity\.svg|walkthrough\/\w+\.md|schemas\/[\w-]+\.json)|dist\/load-order\.json|dist\/.+\.(js|css|ttf|wasm)|dist\/isolated-vm\/[\w.-]+\.node|workflows\/[\w-]+(\.d\.ts|\.js))$/;

const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Where `buildPackage` leaves the packaged extension. */
export const packageFile = join(root, `${name}-${version}.vsix`);

/** Builds the bundles as they are shipped; rejects with what the build printed when it fails or is over a limit. */
export async function buildBundles(target?: string): Promise<string> {
  const forTarget = target === undefined ? [] : [`--target=${target}`];
  return runNode(["esbuild.mjs", "--production", "--meta", ...forTarget], "The build failed");
}

async function runNode(args: readonly string[], failure: string, cwd = root): Promise<string> {
  const run = promisify(execFile)(process.execPath, args, { cwd });
  const { stdout } = await run.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${failure}:\n${error.stdout}${error.stderr}`);
  });
  return stdout;
}

let packaging: Promise<string> | undefined;

/** Builds and packages the extension as it is now, once in a process; returns a line that says what it weighs. */
export function freshPackage(): Promise<string> {
  packaging ??= buildBundles().then(() => packageExtension());
  return packaging;
}

/** What may have parts in a package. The packager looks at every file below its folder, which takes long where all of the project is. */
const packaged = [
  ...[".vscodeignore", "package.json", "package.nls.json", "README.md", "CHANGELOG.md", "LICENSE"],
  ...["dist", "media", "workflows"],
];

/** Packages the built bundles into `packageFile`; returns a line that says what it weighs, or throws what is wrong with it. */
export async function packageExtension(target?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "boocode-package-"));
  try {
    for (const name of packaged) await cp(join(root, name), join(folder, name), { recursive: true });
    return await packageFolder(folder, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function packageFolder(cwd: string, target?: string): Promise<string> {
  const files = await listFiles({ cwd, packageManager: PackageManager.None });
  const strangers = files.map((file) => file.replaceAll("\\", "/")).filter((file) => !allowed.test(file));
  if (strangers.length > 0)
    throw new Error(`These files do not belong in the package: ${strangers.join(", ")}`);
  if (!files.some((file) => file.endsWith("load-order.json")))
    throw new Error("The package lacks the order in which its chunks are loaded.");
  const vsce = join(root, "node_modules/@vscode/vsce/vsce");
  const isPlatform = target !== undefined && target !== "universal";
  const file = isPlatform ? join(root, `${name}-${target}-${version}.vsix`) : packageFile;
  const forTarget = isPlatform ? ["--target", target] : [];
  const options = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
  await runNode(
    [vsce, "package", ...options, ...forTarget, "--out", file],
    "The extension can not be packaged",
    cwd,
  );
  const { size } = statSync(file);
  const line = `${basename(file)}: ${(size / 1024).toFixed(0)} KB of ${maxPackageBytes / 1024} KB, ${files.length} files`;
  if (size > maxPackageBytes) throw new Error(`The package is over its limit. ${line}`);
  return line;
}
