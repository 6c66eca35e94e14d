import type { VNode } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { tailCharacters } from "#protocol/session-reducer.ts";
import type { ToolCall } from "#protocol/session.ts";
import { formatBytes } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { joinLines, readTerminal, wholeLines } from "../terminal/ansi.ts";
import { commandOf } from "../terminal/shell-call.ts";
import { BodyText } from "./body-text.tsx";
import { ChangedFile, MoreFiles } from "./changed-file.tsx";
import { PathText } from "./path-text.tsx";
import { TerminalText } from "./terminal-text.tsx";

/** Lines of a running command that are shown without opening its row. */
const tailLines = 12;

/** The last lines that a running command has written, each in one line of the view. */
export function Tail({ text }: { readonly text: string }): VNode | null {
  const lines = useMemo(() => readTerminal(wholeLines(text, tailCharacters)).slice(-tailLines), [text]);
  if (lines.length === 0) return null;
  return (
    <pre class="tail" role="group" aria-label="Last lines of the output">
      {lines.map((line, index) => (
        <span key={index} class="tail-line">
          <TerminalText runs={line} />
        </span>
      ))}
    </pre>
  );
}

/** A call of the shell, opened: the command, where it runs, what it wrote, what it changed, and the ways on. */
export function ShellBody({ call, turn }: { readonly call: ToolCall; readonly turn: string }): VNode {
  const { line, folder, others } = commandOf(call);
  return (
    <div class="call-body">
      <BodyText title="Command" body={{ text: line }} />
      {(folder !== undefined || others.length > 0) && (
        <p class="figure call-where">
          {folder !== undefined && (
            <>
              in <PathText path={folder} />
            </>
          )}
          {others.length > 0 && <span>{others.join(", ")}</span>}
        </p>
      )}
      {call.status === "ended" ? (
        <>
          <BodyText title="Output" body={call.output} isTerminal />
          <Files call={call} turn={turn} />
          <WaysOn call={call} />
        </>
      ) : (
        call.status === "running" && <LiveOutput text={call.tail ?? ""} />
      )}
    </div>
  );
}

// Stays at its end until a reader scrolls away from there.
function LiveOutput({ text }: { readonly text: string }): VNode {
  const box = useRef<HTMLPreElement>(null);
  const isAway = useRef(false);
  const runs = useMemo(() => joinLines(readTerminal(wholeLines(text, tailCharacters))), [text]);
  useLayoutEffect(() => {
    if (box.current !== null && !isAway.current) box.current.scrollTop = box.current.scrollHeight;
  }, [runs]);
  const note = ({
    currentTarget: { scrollTop, scrollHeight, clientHeight },
  }: {
    readonly currentTarget: HTMLElement;
  }) => (isAway.current = scrollHeight - clientHeight - scrollTop > 4);
  return (
    <div class="body-text">
      <div class="code-head">
        <span class="code-language">Output so far</span>
      </div>
      <pre ref={box} tabIndex={0} role="group" aria-label="Output so far" onScroll={note}>
        {runs.length === 0 ? <span class="figure">Nothing yet</span> : <TerminalText runs={runs} />}
      </pre>
    </div>
  );
}

type Ended = Extract<ToolCall, { status: "ended" }>;

// A single one stands in the row itself.
function Files({ call, turn }: { readonly call: Ended; readonly turn: string }): VNode | null {
  const app = useApp();
  if (call.files.length < 2) return null;
  const open = (path: string) => void app.act("turn.diff", { session: app.sessionId.value, turn, path });
  return (
    <ul class="call-files" aria-label="Files that the command changed">
      {call.files.map((file) => (
        <li key={file.path}>
          <ChangedFile file={file} onOpen={() => open(file.path)} />
        </li>
      ))}
      {call.moreFiles !== undefined && <MoreFiles count={call.moreFiles} />}
    </ul>
  );
}

function WaysOn({ call }: { readonly call: Ended }): VNode {
  const app = useApp();
  const params = { session: app.sessionId.value, call: call.id };
  return (
    <div class="call-ways">
      {call.full !== undefined && (
        <button
          type="button"
          class="button secondary"
          onClick={() => void app.act("call.openOutput", params)}
        >
          Open full output ({formatBytes(call.full.bytes)})
        </button>
      )}
      <button
        type="button"
        class="button secondary"
        onClick={() => void app.act("call.openTerminal", params)}
      >
        Open in terminal
      </button>
    </div>
  );
}
