// Loaded into the VS Code server before its own code: the pipe closes when the process that started it is gone, however it went.
// The server's children inherit this too, and may have nothing to read.
if (process.argv[1]?.endsWith("server-main.js")) {
  process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0));
  process.stdin.resume().unref?.();
}
