import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useOwnState } from "../own-state.ts";
import { IconButton } from "./icon-button.tsx";

/** Copies a text and says so for a moment. */
export function CopyButton({ label, text }: { readonly label: string; readonly text: () => string }): VNode {
  const [state, setState] = useOwnState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), 1500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    navigator.clipboard.writeText(text()).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };
  const said = state === "copied" ? "Copied" : state === "failed" ? "Could not copy" : label;
  return (
    <IconButton
      icon={state === "copied" ? "check" : state === "failed" ? "error" : "copy"}
      label={said}
      onClick={copy}
    />
  );
}
