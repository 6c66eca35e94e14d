/** Cutting big integers to a width, which one engine does wrongly. */
import { replaceMethod } from "./natives.ts";

const cut = Reflect.get(BigInt, "asIntN") as (bits: number, value: bigint) => bigint;

function modulus(bits: unknown): bigint {
  // Checks the width as the language does.
  cut(bits as number, 0n);
  return 1n << BigInt(Math.trunc(Number(bits)) || 0);
}

function integer(value: unknown): bigint {
  if (typeof value === "number") throw new TypeError("A number is no BigInt: write BigInt(value).");
  return BigInt(value as bigint);
}

function asUintN(bits: unknown, value: unknown): bigint {
  const size = modulus(bits);
  const rest = integer(value) % size;
  return rest < 0n ? rest + size : rest;
}

/** Puts one implementation in place of the engines'. */
export function replaceIntegerCuts(): void {
  replaceMethod(BigInt, "asUintN", (bits: unknown, value: unknown) => asUintN(bits, value));
  replaceMethod(BigInt, "asIntN", (bits: unknown, value: unknown) => {
    const size = modulus(bits);
    const rest = asUintN(bits, value);
    return rest * 2n >= size && size > 1n ? rest - size : rest;
  });
}
