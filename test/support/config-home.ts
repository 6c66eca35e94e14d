import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigFiles } from "#core/shell-ports.ts";
import { createConfigFiles } from "#node/config-files.ts";

/** A home of its own, which is gone afterwards. */
export async function newHome(): Promise<
  { readonly home: string; readonly files: ConfigFiles } & AsyncDisposable
> {
  const home = await realpath(await mkdtemp(join(tmpdir(), "boocode-config-")));
  return {
    home,
    files: createConfigFiles({ home, memory: join(home, "memory") }),
    [Symbol.asyncDispose]: async () => {
      await chmod(home, 0o700);
      await rm(home, { recursive: true });
    },
  };
}
