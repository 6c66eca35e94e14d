import { useEffect } from "preact/hooks";
import type { Body } from "#protocol/session.ts";
import { readOutputName } from "#protocol/session-window.ts";
import { formatBytes } from "#protocol/words.ts";
import type { Act } from "../act.ts";
import { useOwnState } from "../own-state.ts";

/** Characters that are read at a time. */
const pageLength = 100_000;

/** A text as far as it is at hand. */
export interface BodyPages {
  /** What was read so far: the beginning at first, pages of a large text after that. */
  readonly texts: readonly string[];
  /** What reading on is called, undefined when all is there: "Show all (244.1 KB)". */
  readonly more: string | undefined;
  readonly isReading: boolean;
  readonly readMore: () => Promise<void>;
}

/** Reads a large text page by page. */
export function useBodyPages(body: Body, act: Act): BodyPages {
  const [pages, setPages] = useOwnState<readonly string[]>([]);
  const [total, setTotal] = useOwnState<number | undefined>(undefined);
  const [isReading, setReading] = useOwnState(false);
  const read = pages.reduce((sum, page) => sum + page.length, 0);
  const isMore = "blob" in body && (total === undefined || read < total);
  const readMore = async () => {
    if (!("blob" in body) || isReading) return;
    setReading(true);
    const result = await act("body.read", { blob: body.blob, offset: read, length: pageLength });
    setReading(false);
    if (result === undefined) return;
    setPages([...pages, result.text]);
    setTotal(result.total);
  };
  // A call's output is not here because nobody had looked at it.
  const isWanted = "blob" in body && readOutputName(body.blob) !== undefined && pages.length === 0;
  useEffect(() => {
    if (isWanted) void readMore();
  }, [isWanted]);
  const rest =
    "blob" in body
      ? total === undefined
        ? `Show all (${formatBytes(body.bytes)})`
        : `Show more (${formatBytes(total - read)} left)`
      : undefined;
  return {
    texts: "text" in body ? [body.text] : pages.length > 0 ? pages : [body.preview],
    more: isMore ? (isReading ? "Reading" : rest) : undefined,
    isReading,
    readMore,
  };
}
