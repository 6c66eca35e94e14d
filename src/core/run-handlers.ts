/** What happens on each request about workflows and their runs. */
import type { RunEventOf } from "#protocol/run.ts";
import type { RunRequests } from "#protocol/run-requests.ts";
import type { WorkflowEntry } from "#protocol/workflows.ts";
import { BooError } from "./errors.ts";
import type { Handlers } from "./handlers.ts";
import type { Ports } from "./ports.ts";
import type { CatalogEntry } from "./workflow/catalog.ts";
import { compareRuns } from "./workflow/compare-runs.ts";
import { resultText } from "./workflow/result-text.ts";
import type { Runs } from "./workflow/runs.ts";

type RunHandlers = Pick<Handlers, keyof RunRequests>;

/** Makes the handlers. */
export function makeRunHandlers(runs: Runs, ports: Ports): RunHandlers {
  return {
    "workflow.list": async () => {
      const [entries] = await Promise.all([runs.workflows(), runs.load()]);
      return { workflows: entries.map(entryOf) };
    },
    "run.preview": ({ workflow, args, seed }) => runs.preview(workflow, argsOf(args), seed),
    "run.previewResume": ({ run }, signal) => runs.previewResume(run, signal),
    "run.start": async ({ workflow, args, budget, from }) => {
      const run = await runs.start({
        ...{ workflow, args: argsOf(args) },
        ...(budget && { budget }),
        ...(from !== undefined && { from }),
      });
      return { run: run.run };
    },
    "run.resume": async ({ run, takesFile, budget, rerun }) => {
      await runs.resume({
        ...{ run, takesFile: takesFile ?? false },
        ...(budget && { budget }),
        ...(rerun && { rerun: rerun === "all" ? { all: true } : { phases: rerun } }),
      });
      return {};
    },
    "run.control": async ({ run, action }) => {
      await control(runs, run, action);
      return {};
    },
    "run.step": async ({ run, step, action }) => {
      runs.live(run)[action](step);
      return {};
    },
    "run.answer": async ({ run, step, value }) => {
      runs.answer(run, step, value);
      return {};
    },
    "run.show": async (place) => {
      await ports.ui.showRun(place);
      return {};
    },
    ...makeReadHandlers(runs, ports),
  };
}

type ReadMethod =
  | "run.open"
  | "run.result"
  | "run.exportResult"
  | "run.saveScript"
  | "run.openScript"
  | "run.compare";

function makeReadHandlers(runs: Runs, ports: Ports): Pick<RunHandlers, ReadMethod> {
  const startOf = async (run: string): Promise<RunEventOf<"run-start">> => {
    const start = (await runs.events(run)).findLast((event) => event.type === "run-start");
    if (start?.type === "run-start") return start;
    throw new BooError("unknown-run", "This run has no beginning.");
  };
  return {
    "run.open": async ({ run }) => {
      await runs.show(run);
      const { file, source } = await startOf(run);
      const now = await runs.textOf(file);
      return { isFileChanged: now !== undefined && now !== source };
    },
    "run.result": async ({ run, step }) => resultText(await runs.events(run), step),
    "run.exportResult": async ({ run }) => {
      const events = await runs.events(run);
      const { workflow } = await startOf(run);
      const { text, isMarkdown } = resultText(events, undefined);
      const body = isMarkdown ? text : `# ${workflow}\n\n\`\`\`json\n${text}\n\`\`\`\n`;
      return { isSaved: await ports.ui.saveText(`${workflow}.md`, body) };
    },
    "run.saveScript": async ({ run, name }) => {
      const [folder] = ports.editor.folders();
      if (folder === undefined) throw new BooError("no-folder", "Open a folder first: workflows lie in one.");
      const { source } = await startOf(run);
      const path = `${folder.path}/.boocode/workflows/${name}.js`;
      if ((await ports.files.stat(path)) !== undefined)
        throw new BooError("file-exists", `There is a workflow ${name}.js already. Choose another name.`);
      const { withName } = await import("./workflow/script/rename.ts");
      await ports.editor.write(path, withName(source, name), undefined, AbortSignal.timeout(10_000));
      await ports.editor.openFile(path);
      return { file: path };
    },
    "run.openScript": async ({ run, line }) => {
      const { file } = await startOf(run);
      const [folder] = ports.editor.folders();
      const isWhole = /^(?:\/|[a-zA-Z]:)/.test(file);
      await ports.editor.openFile(isWhole ? file : `${folder?.path ?? ""}/${file}`, line);
      return {};
    },
    "run.compare": async ({ run, other }) => ({
      differences: compareRuns(await runs.events(other), await runs.events(run)),
    }),
  };
}

async function control(
  runs: Runs,
  run: string,
  action: RunRequests["run.control"]["params"]["action"],
): Promise<void> {
  if (action === "close") return runs.close(run);
  const live = runs.live(run);
  if (action === "stop") await live.stop();
  else live[action]();
}

// What is typed is JSON where it looks like it; a word is a text.
function argsOf(args: string | undefined): unknown {
  if (args === undefined || args.trim() === "") return undefined;
  try {
    return JSON.parse(args) as unknown;
  } catch {
    return args;
  }
}

function entryOf({ source, meta, diagnostics, shadowedBy }: CatalogEntry): WorkflowEntry {
  const { file } = source;
  const problem = diagnostics.find(({ severity }) => severity === "error");
  const { name = file.slice(file.lastIndexOf("/") + 1), title, description = "", whenToUse } = meta ?? {};
  return {
    ...{ name, description, file },
    ...(title !== undefined && { title }),
    ...(whenToUse !== undefined && { whenToUse }),
    ...(shadowedBy !== undefined && { shadowedBy }),
    ...(problem && { problem: `${problem.line}:${problem.column}: ${problem.message}` }),
  };
}
