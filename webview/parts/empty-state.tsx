import type { VNode } from "preact";
import type { UiAction } from "#protocol/protocol.ts";
import { useApp } from "../app.ts";
import { Icon } from "./icon.tsx";

const examples = [
  "Tell me what this project is and how it is built",
  "Find the problems the editor reports and fix them",
  "Explain how the main entry point works, step by step",
];

/** Says what will be here, and offers the first step. */
export function EmptyState(): VNode {
  const app = useApp();
  const workspace = app.workspace.value;
  if (workspace?.folders.length === 0) {
    return (
      <Step
        title="Open a folder"
        text="BooCode reads, searches and edits the files of the folder that is open here."
        label="Open folder"
        action="open-folder"
      />
    );
  }
  if (workspace?.isTrusted === false) {
    return (
      <Step
        title="This folder is not trusted"
        text="In Restricted Mode BooCode reads files of this folder, but changes none: what the project says may steer an agent."
        label="Manage trust"
        action="manage-trust"
      />
    );
  }
  return (
    <div class="empty">
      <h2>Ask about this project</h2>
      <p>
        The conversation will be here: what the agent reads, changes and says, with time and cost of each
        step.
      </p>
      <ul class="examples">
        {examples.map((example) => (
          <li key={example}>
            <button type="button" class="example" onClick={() => (app.suggestion.value = example)}>
              <span>{example}</span>
              <Icon name="arrow-right" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Step({
  title,
  text,
  label,
  action,
}: {
  readonly title: string;
  readonly text: string;
  readonly label: string;
  readonly action: UiAction;
}): VNode {
  const app = useApp();
  return (
    <div class="empty">
      <h2>{title}</h2>
      <p>{text}</p>
      <button type="button" class="button" onClick={() => void app.act("ui.run", { action })}>
        {label}
      </button>
    </div>
  );
}
