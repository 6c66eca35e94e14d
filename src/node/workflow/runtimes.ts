/** Which programs could run the sandbox: the host's own runtime, and a newer Node of the machine. */
import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { SandboxRuntime } from "./sandbox-connection.ts";

/** Binaries of isolated-vm are shipped for these versions of Node's binary interface (24 and 26). */
const knownAbis = ["137", "147"];

/** The runtime that this host runs on. */
export const hostRuntime: SandboxRuntime = { name: "host", execPath: process.execPath, isHost: true };

/** Whether isolated-vm has a binary for this host's own runtime. */
export function fitsHost(): boolean {
  return knownAbis.includes(process.versions.modules);
}

/** A Node on the machine that isolated-vm has a binary for: the one that is configured, else the first on the PATH; undefined where there is none. */
export async function findNode(configured: string | undefined): Promise<SandboxRuntime | undefined> {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const places = (process.env["PATH"] ?? "").split(delimiter).filter((place) => place !== "");
  const candidates = configured === undefined ? places.map((place) => join(place, name)) : [configured];
  for (const execPath of new Set(candidates)) {
    if (!existsSync(execPath) || !statSync(execPath).isFile()) continue;
    if (knownAbis.includes(await abiOf(execPath))) return { name: execPath, execPath, isHost: false };
  }
  return undefined;
}

async function abiOf(execPath: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(execPath, ["-p", "process.versions.modules"], {
      timeout: 5_000,
    });
    return stdout.trim();
  } catch {
    return "";
  }
}
