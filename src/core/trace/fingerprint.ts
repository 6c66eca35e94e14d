/** A number that tells texts apart, made of their bytes as they come: against chance, not against anybody. */
export class Fingerprint {
  #first = 0xdeadbeef | 0;
  #second = 0x41c6ce57 | 0;
  #length = 0;

  /** How many bytes it is made of. */
  get length(): number {
    return this.#length;
  }

  /** Takes the next bytes in. */
  add(bytes: Uint8Array): void {
    let [first, second] = [this.#first, this.#second];
    for (const byte of bytes) {
      first = Math.imul(first ^ byte, 2_654_435_761);
      second = Math.imul(second ^ byte, 1_597_334_677);
      // Multiplied alone, high bits would never reach the low ones.
      second ^= first >>> 13;
    }
    this.#first = first;
    this.#second = second;
    this.#length += bytes.length;
  }

  /** Of all bytes so far, 16 hex digits. */
  get hex(): string {
    return hex(this.#first) + hex(this.#second);
  }
}

/** The fingerprint of bytes, 16 hex digits. */
export function hashOf(bytes: Uint8Array): string {
  const print = new Fingerprint();
  print.add(bytes);
  return print.hex;
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, "0");
}
