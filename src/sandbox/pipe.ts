/** The pipe to the host: lines both ways over file descriptor 3. */
import { Socket } from "node:net";
import type { FromSandbox, ToSandbox } from "#protocol/guest.ts";

/** Opens the pipe; all messages that came together are taken together. The process ends when the host is gone. */
export function openPipe(take: (messages: readonly ToSandbox[]) => void): {
  /** Tells what the sandbox itself has to say. */
  readonly tell: (message: FromSandbox) => void;
  /** Passes a guest's lines on. */
  readonly pass: (lines: readonly string[]) => void;
} {
  const socket = new Socket({ fd: 3, readable: true, writable: true });
  const end = (): never => process.exit(0);
  socket.on("close", end);
  socket.on("error", end);
  socket.setEncoding("utf8");
  let rest = "";
  socket.on("data", (piece: string) => {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) take(lines.map((line) => JSON.parse(line) as ToSandbox));
  });
  return {
    tell: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    pass: (lines) => void socket.write(lines.map((line) => `g${line}\n`).join("")),
  };
}
