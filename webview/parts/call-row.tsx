import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { FileChange, ToolCall } from "#protocol/session.ts";
import { callDurationMs } from "#protocol/turn-parts.ts";
import { formatDuration } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { BodyText } from "./body-text.tsx";
import { Elapsed } from "./elapsed.tsx";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";
import { lineCounts, LineCounts } from "./line-counts.tsx";

const icons: Readonly<Record<string, string>> = {
  read_file: "file",
  list_files: "list-tree",
  search: "search",
  edit_file: "edit",
  write_file: "new-file",
  get_diagnostics: "checklist",
};

interface Props {
  readonly id: string;
  readonly call: ToolCall;
  readonly turn: string;
  readonly isInner: boolean;
}

/** A tool call in one line: icon, verb, object, duration, outcome; it opens to what was asked and answered. */
export function CallRow({ id, call, turn, isInner }: Props): VNode {
  const app = useApp();
  const session = app.sessionId.value;
  const [isOpen, setOpen] = useState(app.arrangement.isOpen(session, id) === true);
  const toggle = () => {
    app.arrangement.setOpen(session, id, !isOpen);
    setOpen(!isOpen);
  };
  const files = call.status === "ended" ? call.files : [];
  return (
    <div class={isInner ? "line-row inner" : "line-row"} data-testid="tool-call">
      <div class="line-bar">
        <button type="button" class="line" aria-expanded={isOpen} onClick={toggle}>
          <Icon name={isOpen ? "chevron-down" : iconOf(call)} />
          <CallText call={call} />
        </button>
        {files.map((file) => (
          <DiffButton key={file.path} file={file} turn={turn} />
        ))}
        {isOpen && call.status === "ended" && (
          <IconButton
            icon="list-tree"
            label="Show in trace"
            onClick={() => void app.act("trace.open", { session, span: call.id })}
          />
        )}
      </div>
      {isOpen && <CallBody call={call} />}
    </div>
  );
}

function iconOf(call: ToolCall): string {
  if (call.status === "running") return "loading";
  if (call.status === "ended" && call.outcome === "error") return "error";
  if (call.status === "ended" && call.outcome !== "ok") return "circle-slash";
  return icons[call.name] ?? "tools";
}

function CallText({ call }: { readonly call: ToolCall }): VNode {
  const { verb, object, detail } = call.title;
  return (
    <span class="line-text call" title={[verb, object, detail].filter(Boolean).join(" ")}>
      <span class="call-what">
        <span class="verb">{verb}</span>
        {object !== "" && <span class="object">{` ${object}`}</span>}
        {detail !== undefined && <span class="figure">{` ${detail}`}</span>}
      </span>
      <span class="call-how">
        {call.status === "running" && <Elapsed since={call.startedAt} />}
        {call.status === "ended" && <Outcome call={call} />}
      </span>
    </span>
  );
}

// What went wrong comes before how long it took: a narrow line is cut at its end.
function Outcome({ call }: { readonly call: Extract<ToolCall, { status: "ended" }> }): VNode {
  const duration = formatDuration(callDurationMs(call, 0));
  const { outcome } = call;
  // What an edit counts stands beside its diff already.
  const note = call.files.length > 0 ? undefined : call.note;
  if (outcome === "ok") {
    return <span class="figure">{` · ${note === undefined ? duration : `${duration} · ${note}`}`}</span>;
  }
  return (
    <>
      <span class={outcome === "error" ? "failed" : "figure"}>
        {` · ${note === undefined ? outcomeWord[outcome] : `${outcomeWord[outcome]}, ${note}`}`}
      </span>
      <span class="figure">{` · ${duration}`}</span>
    </>
  );
}

const outcomeWord = {
  error: "failed",
  denied: "denied",
  cancelled: "cancelled",
  interrupted: "interrupted",
} as const;

function DiffButton({ file, turn }: { readonly file: FileChange; readonly turn: string }): VNode {
  const app = useApp();
  const open = () => void app.act("turn.diff", { session: app.sessionId.value, turn, path: file.path });
  return (
    <button
      type="button"
      class="diff-button"
      onClick={open}
      aria-label={`${lineCounts(file)}, diff of ${file.path}`}
      title={`Diff of ${file.path}`}
    >
      <LineCounts file={file} />
      <Icon name="diff" />
    </button>
  );
}

function CallBody({ call }: { readonly call: ToolCall }): VNode {
  return (
    <div class="call-body">
      <BodyText title="Arguments" body={{ text: prettyArguments(call.arguments) }} />
      {call.status === "ended" && <BodyText title="Result" body={call.output} />}
    </div>
  );
}

// As the model wrote them, only with air: the text of strings stays readable.
function prettyArguments(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return json;
    return Object.entries(value)
      .map(([name, entry]) => {
        const text = typeof entry === "string" ? entry : JSON.stringify(entry, undefined, 2);
        return text.includes("\n") ? `${name}:\n${text}` : `${name}: ${text}`;
      })
      .join("\n");
  } catch {
    return json;
  }
}
