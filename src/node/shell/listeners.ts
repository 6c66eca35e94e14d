/** On which ports of this machine something listens. */
import { readFileSync } from "node:fs";

/** The state of a socket that listens, in the kernel's table. */
const listening = "0A";

/** The ports (TCP) as the kernel tells them; none where it does not. */
export function listeningPorts(): ReadonlySet<number> {
  const rows = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => {
    try {
      return readFileSync(path, "latin1").split("\n").slice(1);
    } catch {
      return [];
    }
  });
  return new Set(
    rows.flatMap((row) => {
      const [, local, , state] = row.trim().split(/\s+/);
      return state === listening ? [Number.parseInt(local?.split(":").at(-1) ?? "", 16)] : [];
    }),
  );
}
