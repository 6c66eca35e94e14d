/** Bodies as the image keeps them: large ones deflated, so that image, memory and checkpoints are a fraction of the history. */
import { deflateRawSync, inflateRawSync } from "node:zlib";

/** Shorter texts (UTF-16 units) gain too little. */
const packedFrom = 1_024;

/** A body as it is kept: text, or deflated UTF-8. */
export type Packed = string | Uint8Array;

/** Packs a body. */
export function pack(body: string): Packed {
  if (body.length < packedFrom) return body;
  const bytes = Buffer.from(body);
  const packed = deflateRawSync(bytes, { level: 1 });
  return packed.length < bytes.length * 0.9 ? packed : body;
}

/** The body again. */
export function unpack(kept: unknown): string {
  return kept instanceof Uint8Array ? inflateRawSync(kept).toString() : String(kept);
}
