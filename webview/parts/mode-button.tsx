import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { Mode } from "#protocol/permissions.ts";
import { useApp } from "../app.ts";
import { useOwnState } from "../own-state.ts";
import { Icon } from "./icon.tsx";
import { Menu, type MenuItem } from "./menu.tsx";

interface ModeLook {
  readonly icon: string;
  readonly label: string;
  readonly detail: string;
}

const looks: Readonly<Record<Mode, ModeLook>> = {
  default: {
    icon: "workspace-trusted",
    label: "Default",
    detail: "Works in the project; everything else asks first.",
  },
  ask: {
    icon: "workspace-unknown",
    label: "Ask",
    detail: "Every write and every command asks first.",
  },
  plan: {
    icon: "tasklist",
    label: "Plan",
    detail: "Reads only; nothing is written and nothing runs.",
  },
};

const modes: readonly Mode[] = ["default", "ask", "plan"];

/** How much the session's agents may do by themselves, to be seen and changed. */
export function ModeButton(): VNode {
  const app = useApp();
  const button = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useOwnState<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const mode = useComputed(() => app.session.value?.mode ?? "default").value;
  const session = app.sessionId.value;
  const { icon, label, detail } = looks[mode];
  const open = () => {
    const box = button.current?.getBoundingClientRect();
    setPlace(place === undefined && box !== undefined ? { x: box.left, y: box.top - 4 } : undefined);
  };
  const items: readonly MenuItem[] = [
    ...modes.map((each) => ({
      ...looks[each],
      isChosen: each === mode,
      run: () => each !== mode && void app.act("session.setMode", { session, mode: each }),
    })),
    "separator",
    {
      label: "Open permission log",
      movesFocus: true,
      run: () => void app.act("ui.run", { action: "open-permission-log" }),
    },
  ];
  return (
    <>
      <button
        ref={button}
        type="button"
        class={`mode ${mode}`}
        aria-label={`Mode: ${label}`}
        aria-haspopup="menu"
        aria-expanded={place !== undefined}
        title={`Mode: ${label}. ${detail}`}
        disabled={app.owner.value !== undefined}
        onClick={open}
      >
        <Icon name={icon} />
        <span class="mode-name">{label}</span>
      </button>
      {place !== undefined && (
        <Menu
          label="Mode"
          items={items}
          {...place}
          growsUp
          onClose={(keepsFocus) => {
            setPlace(undefined);
            if (keepsFocus) button.current?.focus();
          }}
        />
      )}
    </>
  );
}
