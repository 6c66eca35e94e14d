import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const files = {
  "package.json": `{
  "name": "tide-table",
  "version": "1.2.0",
  "description": "Prints the next high tides of a harbour",
  "type": "module",
  "scripts": { "start": "node src/main.ts", "test": "node --test" }
}
`,
  "tsconfig.json": `{
  "compilerOptions": {
    "target": "ES2022",
    "module": "nodenext",
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true
  },
  "include": ["src"]
}
`,
  "README.md": `# Tide table

A small project to try things on. \`npm start\` prints the next high tides of a harbour.
`,
  "src/harbour.ts": `/** A harbour and how long after the moon's transit its high tide comes. */
export type Harbour = { readonly name: string; readonly delayMinutes: number };

export const harbours: readonly Harbour[] = [
  { name: "Cuxhaven", delayMinutes: 48 },
  { name: "Saint-Malo", delayMinutes: 365 },
  { name: "Dover", delayMinutes: 671 },
];
`,
  "src/tides.ts": `import type { Harbour } from "./harbour.ts";

/** Minutes between two high tides. */
const periodMinutes = 745;

/** The next high tides after a transit of the moon, in minutes. */
export function nextHighTides(harbour: Harbour, count: number): number[] {
  const tides: number[] = [];
  for (let i = 0; i < count; i++) tides.push(harbour.delayMinutes + i * periodMinutes);
  return tides;
}

export function formatMinutes(minutes: number): string {
  const hours: number = String(Math.floor(minutes / 60)).padStart(2, "0");
  return \`\${hours}:\${String(minutes % 60).padStart(2, "0")}\`;
}
`,
  "test/manifest.test.mjs": `import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("the manifest names the project", () => {
  assert.equal(JSON.parse(readFileSync("package.json", "utf8")).name, "tide-table");
});
`,
  "src/main.ts": `import { harbours } from "./harbour.ts";
import { formatMinutes, nextHighTides } from "./tides.ts";

for (const harbour of harbours) {
  console.log(harbour.name, nextHighTides(harbour, 3).map(formatMinutes).join(" "));
}
`,
};

/** Writes a small TypeScript project with one type error, in src/tides.ts, under git where there is git; returns its folder. */
export function writeSampleProject(parent = mkdtempSync(join(tmpdir(), "boocode-sample-"))): string {
  const folder = join(parent, "tide-table");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  try {
    git("init", "--quiet", "--initial-branch=main");
    git("add", ".");
    git(
      "-c",
      "user.name=Sample",
      "-c",
      "user.email=sample@example.com",
      "commit",
      "--quiet",
      "-m",
      "Tide table",
    );
  } catch {
    // Without git the project is a plain folder, which is fine too.
  }
  return folder;
}
