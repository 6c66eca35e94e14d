import assert from "node:assert/strict";
import { SecretFilter, Utf8Repair } from "#node/shell/clean-output.ts";

interface Step {
  push(piece: Buffer): Buffer;
  end(): Buffer;
}

/** What comes out of a step that is given the pieces; each lies in memory that is used again. */
function pass(step: Step, pieces: readonly Buffer[]): string {
  const memory = Buffer.alloc(64 * 1024);
  const out = pieces.map((piece) => {
    piece.copy(memory);
    return Buffer.from(step.push(memory.subarray(0, piece.length)));
  });
  return Buffer.concat([...out, step.end()]).toString();
}

/** All ways to cut something into two pieces, and the one into single bytes. */
function cuts(bytes: Buffer): readonly (readonly Buffer[])[] {
  const two = Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
  return [[bytes], ...two, Array.from(bytes, (byte) => Buffer.from([byte]))];
}

describe("shell: invalid UTF-8", () => {
  const check = (name: string, bytes: Buffer) =>
    it(`becomes what the standard says: ${name}`, () => {
      const expected = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      for (const pieces of cuts(bytes)) assert.equal(pass(new Utf8Repair(), pieces), expected);
    });
  check("nothing is wrong", Buffer.from("a grüße → 😀 \uFEFF\0 end"));
  check("bytes of Latin-1", Buffer.from("gr\xfc\xdfe\n", "latin1"));
  check("a character that is cut off", Buffer.from("ab😀").subarray(0, 5));
  check(
    "a character that is cut by another",
    Buffer.from([0xe2, 0x82, 0x61, 0xf0, 0x9f, 0x98, 0xe2, 0x82, 0xac]),
  );
  check("surrogates", Buffer.from([0xed, 0xa0, 0x80, 0x62]));
  check("bytes that never occur", Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xf5, 0x80, 0x80, 0x80]));
  check("ends of characters alone", Buffer.from([0x80, 0x81, 0x82, 0x83, 0x84, 0x41]));
  check("all bytes there are", Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
});

describe("shell: secrets in output", () => {
  const check = (text: string, secrets: readonly string[], expected: string) =>
    it(JSON.stringify(text), () => {
      for (const pieces of cuts(Buffer.from(text)))
        assert.equal(pass(new SecretFilter(secrets, "***"), pieces), expected);
    });
  check("nothing secret", ["sk-1"], "nothing secret");
  check("key=sk-12345 and sk-12345", ["sk-12345"], "key=*** and ***");
  check("sk-12sk-12345", ["sk-12345"], "sk-12***");
  check("it ends with sk-123", ["sk-12345"], "it ends with sk-123");
  check("ababab", ["abab"], "***ab");
  check("short-and-long", ["short", "short-and-long"], "***");
  check("short-and-lo", ["short", "short-and-long"], "***-and-lo");
  check("two\nlines here", ["two\nlines"], "*** here");
  check("grüße", ["üß"], "gr***e");
  check("aXbXc", ["X", "b"], "a*********c");
  check("empty secrets are none", ["", ""], "empty secrets are none");
});
