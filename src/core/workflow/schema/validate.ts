/** Checks answers against JSON Schema, without making code. */
import { Validator } from "@cfworker/json-schema";

/** Most errors that a model is told at once. */
const maxErrors = 12;

/** A compiled schema. */
export class AnswerSchema {
  readonly #validator: Validator;

  /** Throws where the schema refers to what it does not hold. */
  constructor(schema: object) {
    this.#validator = new Validator(schema as ConstructorParameters<typeof Validator>[0], "2020-12", false);
  }

  /** What is wrong with a value, in lines that a model can act on; undefined where it fits. */
  problems(value: unknown): string | undefined {
    const { valid, errors } = this.#validator.validate(value);
    if (valid) return undefined;
    // The first errors only say that something below is wrong.
    const leaves = errors.filter(
      ({ keyword }) => !["properties", "items", "$ref", "allOf"].includes(keyword),
    );
    const told = (leaves.length > 0 ? leaves : errors).slice(0, maxErrors);
    return told
      .map(({ instanceLocation, error }) => `${instanceLocation.replace(/^#/, "result")}: ${error}`)
      .join("\n");
  }
}
