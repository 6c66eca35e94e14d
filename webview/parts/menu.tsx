import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

/** An entry of a menu, or a line between entries. */
export type MenuItem =
  | "separator"
  | {
      readonly label: string;
      readonly icon?: string;
      /** A sentence that explains it. */
      readonly detail?: string;
      /** Set in a choice of one among several: whether it is the chosen one. */
      readonly isChosen?: boolean;
      /** The key that does the same without the menu, as it is shown. */
      readonly key?: string;
      readonly run: () => void;
      /** Whether what it does takes the focus elsewhere. */
      readonly movesFocus?: boolean;
    };

interface Props {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly x: number;
  readonly y: number;
  /** Whether the point is below the menu instead of above. */
  readonly growsUp?: boolean;
  /** Called once the menu is to go; `keepsFocus` where whoever opened it should have the focus again. */
  readonly onClose: (keepsFocus: boolean) => void;
}

/** A menu at a point of the page, kept inside of it; arrows move, Enter does, Escape and a click elsewhere close. */
export function Menu({ label, items, x, y, growsUp = false, onClose }: Props): VNode {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const menu = box.current;
    if (menu === null) return;
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
    const top = growsUp ? y - height : y;
    menu.style.top = `${Math.max(4, Math.min(top, innerHeight - height - 4))}px`;
    const buttons = buttonsOf(menu);
    (buttons.find((button) => button.ariaChecked === "true") ?? buttons[0])?.focus();
  }, [x, y]);
  const leave = (event: FocusEvent) => {
    const isInside =
      event.relatedTarget instanceof Node && box.current?.contains(event.relatedTarget) === true;
    if (!isInside) onClose(false);
  };
  return (
    <div
      ref={box}
      class="menu"
      role="menu"
      aria-label={label}
      onKeyDown={(event) => moveByKey(event, box.current, onClose)}
      onFocusOut={leave}
      onContextMenu={(event) => event.preventDefault()}
    >
      {items.map((item, index) =>
        item === "separator" ? (
          <div key={index} class="menu-separator" role="separator" />
        ) : (
          <button
            key={index}
            type="button"
            class="menu-item"
            role={item.isChosen === undefined ? "menuitem" : "menuitemradio"}
            aria-checked={item.isChosen}
            tabIndex={-1}
            onClick={() => {
              onClose(item.movesFocus !== true);
              item.run();
            }}
            onMouseEnter={(event) => event.currentTarget.focus()}
          >
            <ItemText item={item} />
            {item.key !== undefined && (
              <span class="menu-key" aria-hidden="true">
                {item.key}
              </span>
            )}
          </button>
        ),
      )}
    </div>
  );
}

function ItemText({ item }: { readonly item: Exclude<MenuItem, "separator"> }): VNode {
  if (item.detail === undefined) return <span>{item.label}</span>;
  return (
    <>
      {item.icon !== undefined && <Icon name={item.icon} />}
      <span class="menu-text">
        <span>{item.label}</span>
        <span class="menu-detail">{item.detail}</span>
      </span>
      {item.isChosen === true && <Icon name="check" />}
    </>
  );
}

function moveByKey(event: KeyboardEvent, menu: HTMLElement | null, onClose: Props["onClose"]): void {
  const buttons = buttonsOf(menu);
  const index = buttons.findIndex((button) => button === document.activeElement);
  const target = {
    ArrowDown: (index + 1) % buttons.length,
    ArrowUp: (index + buttons.length - 1) % buttons.length,
    Home: 0,
    End: buttons.length - 1,
  }[event.key];
  event.stopPropagation();
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    onClose(true);
  }
  if (target === undefined) return;
  event.preventDefault();
  buttons[target]?.focus();
}

function buttonsOf(menu: HTMLElement | null): readonly HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>("button") ?? [])];
}
