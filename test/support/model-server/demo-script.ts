import type { ChatRequest } from "./chat-request.ts";
import type { RecordedRequest } from "./exchange.ts";
import { turnState, type TurnState } from "./flow.ts";
import { type Reply, reply } from "./reply.ts";

/**
 * The script for trying the product by hand: it fixes a type error (get_diagnostics, read_file, edit_file, a closing
 * sentence), says what a project is (read_file of package.json), and answers anything else with Markdown.
 */
export function demoScript(recorded: RecordedRequest): Reply {
  if (!recorded.json) return reply.error(400, "The request could not be read.", "invalid_request_error");
  const state = turnState(recorded.json);
  if (/type ?error|diagnostic|fix/iu.test(state.question)) return fixTypeError(state);
  if (/package\.json|project/iu.test(state.question)) return describeProject(state);
  return reply.text(sample);
}

function fixTypeError(state: TurnState): Reply {
  const [diagnostics = "", content = ""] = state.results;
  const path = /[\w./-]+\.[cm]?tsx?\b/u.exec(diagnostics)?.[0];
  if (state.step === 0) {
    return reply
      .thinking("First I need to know what is reported.")
      .text("I look at the diagnostics.")
      .toolCall("get_diagnostics");
  }
  if (!path) return reply.text("There are no diagnostics in a TypeScript file: nothing to fix.");
  if (state.step === 1)
    return reply
      .text(`The error is in \`${path}\`.`)
      .toolCall("read_file", `{"path": ${JSON.stringify(path)}}`);
  const edit = repair(diagnostics, content);
  if (!edit) return reply.text(`I could not find out how to fix \`${path}\`.`);
  if (state.step === 2) {
    const input = editInput(state.request, path, edit);
    return reply
      .thinking("The type and the value disagree; the value is what was meant.")
      .toolCall("edit_file", input);
  }
  return reply.text(
    `Fixed: in \`${path}\` I replaced\n\n\`\`\`ts\n${edit.before}\n\`\`\`\n\nby\n\n\`\`\`ts\n${edit.after}\n\`\`\`\n`,
  );
}

function describeProject(state: TurnState): Reply {
  if (state.step === 0)
    return reply.text("I read package.json.").toolCall("read_file", `{"path": "package.json"}`);
  const text = state.results.at(-1) ?? "";
  const name = /"name":\s*"([^"]*)"/u.exec(text)?.[1] ?? "without a name";
  const description = /"description":\s*"([^"]*)"/u.exec(text)?.[1];
  return reply.text(`This is **${name}**${description === undefined ? "." : `: ${description}`}\n`);
}

/** A small repair of the reported line: the value is made to fit the type, or the type the value. */
function repair(diagnostics: string, content: string): { before: string; after: string } | undefined {
  const lines = content.split("\n");
  const reported = Number(/(\d+):\d+/u.exec(diagnostics)?.[1] ?? 0);
  const [, found = "", wanted = ""] =
    /Type '(?:[^'|]*\| )?(\w+)' is not assignable to type '(\w+)'/u.exec(diagnostics) ?? [];
  for (const before of [lines[reported - 1] ?? "", ...lines]) {
    const after =
      wanted === "number"
        ? before.replace(/(=\s*)(["'`])(-?\d+(?:\.\d+)?)\2(?=;?\s*$)/u, "$1$3")
        : before.replace(/(:\s*string\s*=\s*)(-?\d+(?:\.\d+)?)/u, '$1"$2"');
    if (after !== before) return { before, after };
  }
  const before = lines[reported - 1] ?? "";
  const after = wanted === "" ? before : before.replace(`: ${wanted}`, `: ${found}`);
  return after === before ? undefined : { before, after };
}

/** An edit in the words of the request's own edit tool, whose properties may be named in more than one way. */
function editInput(request: ChatRequest, path: string, edit: { before: string; after: string }): object {
  const tool = request.tools?.find(({ function: { name } }) => name === "edit_file");
  const properties = Object.keys((tool?.function.parameters?.["properties"] as object | undefined) ?? {});
  const named = (pattern: RegExp, otherwise: string) =>
    properties.find((name) => pattern.test(name)) ?? otherwise;
  return {
    [named(/path|file/iu, "path")]: path,
    [named(/old|find|search|before/iu, "old")]: edit.before,
    [named(/new|replace|after/iu, "new")]: edit.after,
  };
}

const sample = `I am a **scripted** model, here to try things without a key. I can:

1. fix a type error in the open project,
2. say what the project is, from its \`package.json\`.

\`\`\`ts
export function greet(name: string): string {
  return \`Hello, \${name}!\`;
}
\`\`\`
`;
