// node test/support/config-schemas.ts: writes the JSON Schemas that editors check configuration files with.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { projectSchema, userSchema } from "#core/config/schema.ts";

const folder = join(import.meta.dirname, "../../media/schemas");

const toJson = (schema: z.ZodType): unknown => z.toJSONSchema(schema, { target: "draft-7" });

/** The schemas, by the files that hold them. */
export function configSchemas(): ReadonlyMap<string, unknown> {
  return new Map([
    [join(folder, "user-config.json"), toJson(userSchema)],
    [join(folder, "project-config.json"), toJson(projectSchema)],
  ]);
}

if (import.meta.main) {
  for (const [file, schema] of configSchemas()) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
  }
}
