/** Files on disk as the editor would read them: encoding by mark, by the settings, by an open document. */
import { Uri, workspace, type TextDocument } from "vscode";
import { BooError } from "#core/errors.ts";
import type { ReadTarget } from "#core/ports.ts";
import { binaryFile, missingFile, systemCode, unreadableFile } from "#node/file-errors.ts";
import { readBytes } from "#node/read-bytes.ts";
import { isMissing } from "#node/real-path.ts";
import { lineEndOf, toNewlines } from "#core/decode-text.ts";

/** A file as it is on disk. */
export interface FileText {
  /** As ports carry texts: "\n" for line ends, unless the file mixes them. */
  readonly text: string;
  readonly hasMixedLineEnds: boolean;
  readonly bytes: Uint8Array;
}

/** The open document of a path, if there is one. */
export function openDocument(path: string): TextDocument | undefined {
  const { fsPath } = Uri.file(path);
  return workspace.textDocuments.find(({ uri }) => uri.scheme === "file" && uri.fsPath === fsPath);
}

/** A document's text with "\n" line ends. */
export function documentText(document: TextDocument): string {
  return flatten(document.getText());
}

/** A text with "\n" for every line end. */
export function flatten(text: string): string {
  return text.includes("\r") ? text.replaceAll("\r\n", "\n") : text;
}

/** Reads a file without opening it in the editor, from its target; throws the errors of `Editor.read`. */
export async function readFileText(path: string, signal: AbortSignal, target: ReadTarget): Promise<FileText> {
  const bytes = await readFromDisk(path, target);
  signal.throwIfAborted();
  const raw = await decode(path, bytes);
  return { text: toNewlines(raw), hasMixedLineEnds: lineEndOf(raw) === "mixed", bytes };
}

// Straight from the disk: workspace.fs asks the editor's other process, which takes 6 ms a call against 0.2 ms here.
async function readFromDisk(path: string, target: ReadTarget): Promise<Uint8Array> {
  try {
    return await readBytes(target);
  } catch (error) {
    if (isMissing(error)) throw missingFile(path, error);
    const code = systemCode(error);
    throw code === undefined ? error : unreadableFile(path, code, error);
  }
}

async function decode(path: string, bytes: Uint8Array): Promise<string> {
  const encoding = encodingOf(path);
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (bytes.includes(0) && !isWide && !encoding.startsWith("utf16")) throw binaryFile(path);
  if (encoding === "utf8" && !isWide) {
    // Nearly every file ends here, without asking the editor's other process.
    const text = decodeUtf8(bytes);
    if (text !== undefined) return text;
  }
  try {
    if (openDocument(path) !== undefined) return await workspace.decode(bytes, { encoding });
    return await workspace.decode(bytes, { uri: Uri.file(path) });
  } catch (error) {
    throw unreadableFile(path, "its encoding is not known", error);
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function encodingOf(path: string): string {
  const open = openDocument(path);
  if (open !== undefined) return open.encoding;
  return workspace.getConfiguration("files", Uri.file(path)).get("encoding", "utf8");
}

/** Encodes a text as the file is encoded, its byte order mark kept; throws where the file's own bytes would not survive it. */
export async function encodeLike(path: string, file: FileText, text: string): Promise<Uint8Array> {
  const encoding = markOf(file.bytes) ?? encodingOf(path);
  await requireKnownEncoding(path, file, encoding);
  return workspace.encode(text, { encoding });
}

/** Throws where reading and writing a file unchanged would change its bytes: then its encoding is not what it is taken for. */
export async function requireKnownEncoding(path: string, file: FileText, encoding?: string): Promise<void> {
  if (!file.text.includes("\uFFFD")) return;
  const again = await workspace.encode(file.text, {
    encoding: encoding ?? markOf(file.bytes) ?? encodingOf(path),
  });
  if (flatten(Buffer.from(again).toString("latin1")) === flatten(Buffer.from(file.bytes).toString("latin1")))
    return;
  throw new BooError(
    "file-encoding",
    `${path} is not in the encoding that the editor takes it for, so changing it would damage it. Ask the user to set files.encoding for it.`,
  );
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf16be";
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? "utf8bom" : undefined;
}
