/** Where a key moves the cursor of a list, as a row from 0; undefined for a key that moves none. `pageRows` is how many rows are seen. */
export function rowAfterKey(
  key: string,
  row: number,
  { count, pageRows }: { readonly count: number; readonly pageRows: number },
): number | undefined {
  const target = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + pageRows,
    PageUp: row - pageRows,
    Home: 0,
    End: count - 1,
  }[key];
  return target === undefined ? undefined : Math.max(0, Math.min(count - 1, target));
}
