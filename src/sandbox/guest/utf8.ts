/** The two classes of the web that URL needs, for UTF-8 alone. */

class TextEncoder {
  encode(text: string): Uint8Array {
    const escaped = encodeURIComponent(text.toWellFormed());
    const bytes: number[] = [];
    for (let at = 0; at < escaped.length; at++) {
      if (escaped[at] === "%") {
        bytes.push(Number.parseInt(escaped.slice(at + 1, at + 3), 16));
        at += 2;
      } else bytes.push(escaped.charCodeAt(at));
    }
    return Uint8Array.from(bytes);
  }
}

/** How many bytes follow a first one, and the least code point that they may stand for. */
function lead(byte: number): readonly [number, number, number] | undefined {
  if (byte >= 0xc2 && byte <= 0xdf) return [1, byte & 0x1f, 0x80];
  if (byte >= 0xe0 && byte <= 0xef) return [2, byte & 0x0f, 0x800];
  return byte >= 0xf0 && byte <= 0xf4 ? [3, byte & 0x07, 0x10000] : undefined;
}

class TextDecoder {
  decode(bytes: Uint8Array): string {
    let text = "";
    let at = 0;
    while (at < bytes.length) {
      const byte = bytes[at++] ?? 0;
      if (byte < 0x80) {
        text += String.fromCharCode(byte);
        continue;
      }
      const [count, first, least] = lead(byte) ?? [0, 0, 1];
      let code = first;
      let read = 0;
      while (read < count && ((bytes[at + read] ?? 0) & 0xc0) === 0x80)
        code = (code << 6) | ((bytes[at + read++] ?? 0) & 0x3f);
      const isWhole =
        read === count && code >= least && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
      text += isWhole ? String.fromCodePoint(code) : "\ufffd";
      at += isWhole ? read : Math.max(0, Math.min(read, count - 1));
    }
    return text;
  }
}

export { TextDecoder, TextEncoder };
