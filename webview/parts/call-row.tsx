import type { VNode } from "preact";
import type { FileChange, ToolCall } from "#protocol/session.ts";
import { formatCount } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { useOwnState } from "../own-state.ts";
import { hasFailed, isShellCall } from "../terminal/shell-call.ts";
import { BodyText } from "./body-text.tsx";
import { CallText, reasonOf } from "./call-text.tsx";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";
import { lineCounts, LineCounts } from "./line-counts.tsx";
import { ShellBody, Tail } from "./shell-body.tsx";

const icons: Readonly<Record<string, string>> = {
  read_file: "file",
  list_files: "list-tree",
  search: "search",
  edit_file: "edit",
  write_file: "new-file",
  get_diagnostics: "checklist",
  run_shell: "terminal",
};

type Ended = Extract<ToolCall, { status: "ended" }>;

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
  const [isOpen, setOpen] = useOwnState(app.arrangement.isOpen(session, id) === true);
  const toggle = () => {
    app.arrangement.setOpen(session, id, !isOpen);
    setOpen(!isOpen);
  };
  const isShell = isShellCall(call);
  return (
    <div class={isInner ? "line-row inner" : "line-row"} data-testid="tool-call">
      <div class="line-bar">
        <button type="button" class="line" aria-expanded={isOpen} onClick={toggle}>
          <Icon name={isOpen ? "chevron-down" : iconOf(call)} />
          <CallText call={call} />
        </button>
        {call.status === "ended" && <Changes call={call} turn={turn} />}
        {isShell && call.status === "running" && <StopButton call={call} />}
        {isOpen && call.status === "ended" && (
          <IconButton
            icon="list-tree"
            label="Show in trace"
            onClick={() => void app.act("trace.open", { session, span: call.id })}
          />
        )}
      </div>
      {isShell && !isOpen && call.status === "running" && <Tail text={call.tail ?? ""} />}
      {isOpen && call.status === "ended" && call.outcome === "denied" && <Denial call={call} />}
      {isOpen && (isShell ? <ShellBody call={call} turn={turn} /> : <CallBody call={call} />)}
    </div>
  );
}

function iconOf(call: ToolCall): string {
  if (call.status === "running") return "loading";
  if (hasFailed(call)) return "error";
  if (call.status === "ended" && call.outcome === "denied") return "workspace-untrusted";
  if (call.status === "ended" && call.outcome !== "ok") return "circle-slash";
  return icons[call.name] ?? "tools";
}

function Denial({ call }: { readonly call: Ended }): VNode {
  const app = useApp();
  return (
    <p class="call-denial">
      <span>{reasonOf(call) ?? "Denied."}</span>{" "}
      <button
        type="button"
        class="link"
        onClick={() => void app.act("ui.run", { action: "open-permission-log" })}
      >
        Open permission log
      </button>
    </p>
  );
}

function StopButton({ call }: { readonly call: ToolCall }): VNode {
  const app = useApp();
  const [isAsked, setAsked] = useOwnState(false);
  const stop = async () => {
    setAsked(true);
    const params = { session: app.sessionId.value, call: call.id };
    if ((await app.act("call.stop", params)) === undefined) setAsked(false);
  };
  return (
    <IconButton
      icon="debug-stop"
      label="Stop command"
      data-testid="stop-command"
      disabled={isAsked || app.owner.value !== undefined}
      onClick={() => void stop()}
    />
  );
}

type EndedCall = Extract<ToolCall, { status: "ended" }>;

/** More files than this are listed in the opened row. */
const shownFiles = 1;

function Changes({ call, turn }: { readonly call: EndedCall; readonly turn: string }): VNode {
  const { files, moreFiles = 0 } = call;
  if (files.length > shownFiles) return <Sum files={files} more={moreFiles} />;
  return (
    <>
      {files.map((file) => (
        <DiffButton key={file.path} file={file} turn={turn} />
      ))}
    </>
  );
}

function Sum({ files, more }: { readonly files: readonly FileChange[]; readonly more: number }): VNode {
  const sum = (key: "added" | "removed") => files.reduce((total, file) => total + file[key], 0);
  return (
    <span class="change-sum figure">
      <span class="change-files">{formatCount(files.length + more, "file")}</span>{" "}
      <LineCounts file={{ added: sum("added"), removed: sum("removed") }} />
    </span>
  );
}

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

/** Tools whose results may hold what a program wrote. */
const terminalTools: ReadonlySet<string> = new Set(["more", "shell_output", "shell_stop"]);

function CallBody({ call }: { readonly call: ToolCall }): VNode {
  return (
    <div class="call-body">
      <BodyText title="Arguments" body={{ text: prettyArguments(call.arguments) }} />
      {call.status === "ended" && (
        <BodyText title="Result" body={call.output} isTerminal={terminalTools.has(call.name)} />
      )}
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
