import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's name of Chromium without windows of its own: it opens a page with a quarter less of the processor's time. */
export const headlessShell = "chromium-headless-shell";

const names = {
  chromium: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"],
  other: ["firefox", "firefox-esr", "epiphany-browser", "x-www-browser"],
};

const applications = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ...["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].flatMap((folder) => [
    join(process.env[folder] ?? "", "Google\\Chrome\\Application\\chrome.exe"),
    join(process.env[folder] ?? "", "Microsoft\\Edge\\Application\\msedge.exe"),
  ]),
];

/** The first of the named programs on the PATH, or undefined. */
function onPath(programs) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return programs
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}

/** Path of an installed Chromium-like browser, which CHROME_PATH overrides; undefined where there is none. */
function findChromium() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) return existsSync(chosen) ? chosen : undefined;
  return onPath(names.chromium) ?? applications.find((file) => existsSync(file));
}

/** Path of the browser for tests: the one without windows where it is installed and none was chosen. */
export function findTestBrowser() {
  return process.env.CHROME_PATH ? findChromium() : (onPath([headlessShell]) ?? findChromium());
}

/** Path of any browser that a person could open a page with; undefined where there is none. */
export function findAnyBrowser() {
  if (process.platform !== "linux") return findChromium() ?? "the system's browser";
  return findChromium() ?? onPath(names.other);
}
