import type { VNode } from "preact";

/** How far a key moves it, of the whole. */
const step = 0.02;

interface Props {
  readonly label: string;
  /** Whether it stands between left and right. */
  readonly isVertical: boolean;
  /** The share of the whole that lies before it, and its limits. */
  readonly share: number;
  readonly least: number;
  readonly most: number;
  readonly onMove: (share: number) => void;
  readonly class?: string;
  readonly style?: Readonly<Record<string, string>>;
}

/** A line that the pointer and the arrow keys move; the share is of the element that it stands in. */
export function Splitter({ label, isVertical, share, least, most, onMove, ...rest }: Props): VNode {
  const move = (wanted: number) => onMove(Math.max(least, Math.min(most, wanted)));
  const drag = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    const line = event.currentTarget;
    const box = line.parentElement?.getBoundingClientRect();
    if (box === undefined || event.button !== 0) return;
    event.preventDefault();
    const follow = ({ clientX, clientY }: PointerEvent) =>
      move(isVertical ? (clientX - box.left) / box.width : (clientY - box.top) / box.height);
    line.setPointerCapture(event.pointerId);
    line.addEventListener("pointermove", follow);
    line.addEventListener("pointerup", () => line.removeEventListener("pointermove", follow), { once: true });
  };
  const press = (event: KeyboardEvent) => {
    const sign = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (sign === undefined) return;
    event.preventDefault();
    move(share + sign * step);
  };
  return (
    <div
      class={`splitter ${isVertical ? "vertical" : "horizontal"} ${rest.class ?? ""}`}
      role="separator"
      aria-label={label}
      aria-orientation={isVertical ? "vertical" : "horizontal"}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={Math.round(least * 100)}
      aria-valuemax={Math.round(most * 100)}
      tabIndex={0}
      {...(rest.style !== undefined && { style: rest.style })}
      onPointerDown={drag}
      onKeyDown={press}
    />
  );
}
