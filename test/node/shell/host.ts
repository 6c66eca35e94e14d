// A host of its own, to be killed: runs the given lines, the first of them confined with the given protected paths, until it ends.
//   node host.ts STORE HOME WORKSPACE PROTECTED CONFINED-LINE [LINE…]
import { createShell } from "#node/shell/shell.ts";

const [directory = "", home = "", folder = "", protectedPath = "", ...lines] = process.argv.slice(2);
const log = { info: () => {}, warn: console.error, error: console.error };
const shell = createShell({ directory, log, home });
const temporary = await shell.temporaryFolder("session");
for (const [index, line] of lines.entries()) {
  const command = await shell.start(
    {
      ...{ line, folder, variables: {}, hiddenVariables: [], secrets: [], secretMarker: "" },
      timeoutMs: undefined,
      confinement:
        index > 0
          ? undefined
          : {
              writable: [folder],
              readable: [],
              readOnly: [protectedPath],
              hidden: [],
              removable: [],
              temporary,
              hasNetwork: false,
            },
    },
    new AbortController().signal,
  );
  command.onOutput((text) => process.stdout.write(`${command.id} ${text}`));
}
