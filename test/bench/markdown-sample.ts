const words =
  "the tide follows the moon across the harbour and every pier keeps a table of what the water did last year so that a crew can plan".split(
    " ",
  );

const code = (marker: string) => `
\`\`\`ts
// ${marker}
export function highTide(delayMinutes: number, count: number): readonly number[] {
  const tides: number[] = [];
  for (let i = 0; i < count; i++) tides.push(delayMinutes + i * 745);
  return tides.map((minutes) => minutes % 1440);
}
\`\`\`
`;

/** Name of a marker word; names sort as their numbers do. */
export function markerName(index: number): string {
  return `mark${String(index).padStart(5, "0")}`;
}

/** Markdown of about `length` characters, with headings, lists, emphasis and code, and a marker word every 80 characters or so. */
export function markdownWithMarkers(
  length: number,
  firstMarker: number,
): { readonly text: string; readonly markers: number } {
  let [text, count, word] = ["", 0, 0];
  const marker = () => markerName(firstMarker + count++);
  const sentence = () => {
    const chosen = Array.from({ length: 12 }, () => words[word++ % words.length]);
    return `${chosen.slice(0, 5).join(" ")} *${chosen[5]}* ${chosen.slice(6).join(" ")} ${marker()}.`;
  };
  const blocks = [
    () => `\n## Part ${count} ${marker()}\n`,
    () => `\n${sentence()} ${sentence()} ${sentence()}\n`,
    () => `\n- **first** ${sentence()}\n- second \`code\` ${sentence()}\n`,
    () => code(marker()),
    () => `\n| place | minutes |\n|---|---|\n| ${marker()} | 48 |\n| ${marker()} | 365 |\n`,
  ];
  for (let i = 0; text.length < length; i++) text += blocks[i % blocks.length]?.() ?? "";
  return { text, markers: count };
}
