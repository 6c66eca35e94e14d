/** The `Editor` and `CodeIntel` ports over plain files, for work without an editor. */
import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BooError } from "#core/errors.ts";
import type { CodeIntel, Editor, WorkspaceFolder } from "#core/ports.ts";
import { binaryFile, changedFile, missingFile, unreadableFile } from "./file-errors.ts";
import { readBytes } from "./read-bytes.ts";
import { decodeText, encodeText, newFileFormat, type TextFormat } from "./plain-text.ts";

/** Makes an editor of plain files; there are no unsaved documents, and nothing to show. */
export function createPlainEditor(folders: readonly WorkspaceFolder[]): Editor {
  return {
    folders: () => folders,
    async read(path, signal) {
      return { text: (await readPlain(path, signal)).text, isDirty: false };
    },
    dirtyDocuments: () => [],
    async write(path, text, base, signal) {
      const format = base === undefined ? await formatOfNew(path) : await formatOfBase(path, base, signal);
      signal.throwIfAborted();
      await mkdir(dirname(path), { recursive: true });
      await replaceFile(path, encodeText(text, format));
      return { text, isDirty: false };
    },
    save: async () => {},
    remove: async (path) => rm(path, { force: true }),
    openFile: async () => {},
    showDiff: async () => {},
    activeFile: () => undefined,
  };
}

/** Diagnostics where nothing reports any. */
export const noCodeIntel: CodeIntel = {
  isAvailable: false,
  diagnostics: () => [],
  check: async () => true,
  watch: () => async () => true,
};

async function readPlain(path: string, signal: AbortSignal): Promise<{ text: string; format: TextFormat }> {
  signal.throwIfAborted();
  let bytes: Buffer;
  try {
    bytes = await readBytes(path);
    signal.throwIfAborted();
  } catch (error) {
    if (error instanceof BooError || signal.aborted) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw ["ENOENT", "ENOTDIR"].includes(code) ? missingFile(path, error) : unreadableFile(path, code, error);
  }
  const decoded = decodeText(bytes);
  if (decoded === "binary") throw binaryFile(path);
  if (decoded === "unknown")
    throw unreadableFile(path, "it is neither UTF-8 nor UTF-16 with a byte order mark");
  return decoded;
}

async function formatOfNew(path: string): Promise<TextFormat> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) throw changedFile(path);
  return newFileFormat;
}

async function formatOfBase(path: string, base: string, signal: AbortSignal): Promise<TextFormat> {
  const { text, format } = await readPlain(path, signal);
  if (text !== base) throw changedFile(path);
  return format;
}

// A reader never sees half a file. A link stays a link: its target is what is replaced.
async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const mode = (await stat(target).catch(() => undefined))?.mode;
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (mode !== undefined) await chmod(temporary, mode & 0o7777);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    // The folder may be closed to new files while the file itself is open to writing.
    if (!["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    await writeFile(target, bytes);
  }
}
