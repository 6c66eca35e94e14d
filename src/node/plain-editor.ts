/** The `Editor` and `CodeIntel` ports over plain files, for work without an editor. */
import type { CodeIntel, Editor, ReadTarget, WorkspaceFolder } from "#core/ports.ts";
import {
  binaryFile,
  changedFile,
  missingFile,
  systemCode,
  unreadableFile,
  unwritableFile,
} from "./file-errors.ts";
import { ownTarget, readBytes } from "./read-bytes.ts";
import { createFile, removeFile, replaceFile } from "./replace-file.ts";
import { decodeText, type TextFormat } from "#core/decode-text.ts";
import { encodeText, newFileFormat } from "./plain-text.ts";

/** Makes an editor of plain files; there are no unsaved documents, and nothing to show. */
export function createPlainEditor(folders: readonly WorkspaceFolder[]): Editor {
  return {
    folders: () => folders,
    async read(path, signal, target = ownTarget(path)) {
      return { text: decode(path, await readPlain(path, signal, target)).text, isDirty: false };
    },
    dirtyDocuments: () => [],
    async write(path, text, base, signal, target = { real: path, links: 1 }) {
      try {
        if (base === undefined) await createFile(target.real, encodeText(text, newFileFormat), signal);
        else await replaceFile(target, (current) => encodeLike(path, current, text, base), signal);
      } catch (error) {
        const code = systemCode(error);
        throw code === undefined ? error : unwritableFile(path, code, error);
      }
      return { text, isDirty: false };
    },
    save: async () => {},
    remove: async (path, real = path) => removeFile(real),
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

async function readPlain(path: string, signal: AbortSignal, target: ReadTarget): Promise<Buffer> {
  signal.throwIfAborted();
  try {
    const bytes = await readBytes(target);
    signal.throwIfAborted();
    return bytes;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw ["ENOENT", "ENOTDIR"].includes(code) ? missingFile(path, error) : unreadableFile(path, code, error);
  }
}

function decode(path: string, bytes: Buffer): { readonly text: string; readonly format: TextFormat } {
  const decoded = decodeText(bytes);
  if (decoded === "binary") throw binaryFile(path);
  if (decoded === "unknown")
    throw unreadableFile(path, "it is neither UTF-8 nor UTF-16 with a byte order mark");
  return decoded;
}

function encodeLike(path: string, current: Buffer, text: string, base: string): Buffer {
  const now = decode(path, current);
  if (now.text !== base) throw changedFile(path);
  return encodeText(text, now.format);
}
