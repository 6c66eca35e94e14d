/** The language's own functions as they were before the script could change them. */

/** JSON's two directions. */
export const { stringify, parse } = JSON;
/** Calling and constructing without going through a prototype. */
export const { apply, construct, getPrototypeOf } = Reflect;
/** Properties as they are defined. */
export const { create, defineProperty } = Object;
/** Promises and what they are chained with. */
export const NativePromise = Promise;
/** `then` without the path. */
export const nativeThen = Reflect.get(Promise.prototype, "then") as (
  this: Promise<unknown>,
  onDone?: unknown,
  onFailed?: unknown,
) => Promise<unknown>;
/** Dates that know the time. */
export const NativeDate = Date;
/** True for arrays, of this realm or not. */
export const { isArray } = Array;

/** Defines a global as the language defines its own: changeable, not enumerable. */
export function defineGlobal(name: string, value: unknown): void {
  defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

/** Replaces a method by a function with the same name and number of parameters. */
export function replaceMethod(
  owner: object,
  name: string | symbol,
  method: (this: never, ...given: never[]) => unknown,
): void {
  const before = Reflect.getOwnPropertyDescriptor(owner, name);
  const original: unknown = before?.value;
  if (typeof original === "function") {
    defineProperty(method, "name", { value: original.name, configurable: true });
    defineProperty(method, "length", { value: original.length, configurable: true });
  }
  defineProperty(owner, name, { value: method, writable: true, configurable: true, enumerable: false });
}
