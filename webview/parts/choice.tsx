import type { VNode } from "preact";

interface Props<K extends string> {
  readonly label: string;
  readonly value: K;
  /** The values with their words, in order. */
  readonly choices: Readonly<Partial<Record<K, string>>>;
  readonly onChange: (value: K) => void;
}

/** One of a few values, in the browser's own list. */
export function Choice<K extends string>({ label, value, choices, onChange }: Props<K>): VNode {
  return (
    <select
      class="choice"
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as K)}
    >
      {(Object.keys(choices) as K[]).map((key) => (
        <option key={key} value={key}>
          {choices[key]}
        </option>
      ))}
    </select>
  );
}
