import type { VNode } from "preact";
import { useOwnState } from "../own-state.ts";
import { useTrace } from "../trace/app.ts";
import { IconButton } from "./icon-button.tsx";
import { Menu } from "./menu.tsx";

const formats = [
  { format: "otlp", label: "OTLP JSON (collectors, Jaeger)" },
  { format: "chrome", label: "Chrome trace (Perfetto)" },
  { format: "csv", label: "CSV of calls" },
] as const;

/** Saves the trace in one of the formats that other tools read. */
export function TraceExport(): VNode {
  const app = useTrace();
  const [at, setAt] = useOwnState<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const session = app.session.value?.id ?? "";
  return (
    <>
      <IconButton
        icon="export"
        label="Export"
        aria-haspopup="menu"
        aria-expanded={at !== undefined}
        id="trace-export"
        onClick={(event) => {
          const { right, bottom } = event.currentTarget.getBoundingClientRect();
          setAt({ x: right - 240, y: bottom + 2 });
        }}
      />
      {at !== undefined && (
        <Menu
          label="Export"
          items={formats.map(({ format, label }) => ({
            label,
            run: () => void app.act("trace.export", { session, format }),
          }))}
          {...at}
          onClose={(keepsFocus) => {
            setAt(undefined);
            if (keepsFocus) document.getElementById("trace-export")?.focus();
          }}
        />
      )}
    </>
  );
}
