/** What configuration files may say; editors get it as JSON Schema. */
import { z } from "zod";

/** Most rules in one file. */
export const maxRules = 1_000;

/** The words for operations in a rule. */
export const ruleWords = { run: "execute", read: "read", write: "write", network: "network" } as const;

/** What a rule names: exactly one of these. */
export type RuleWord = keyof typeof ruleWords;

const path =
  'an absolute path, or one that begins with ~; "*" stands for a name, "**" at the end for everything below';

/** One rule. */
export const ruleSchema = z
  .strictObject({
    run: z.string().optional().describe('The words of one command; "*" at the end stands for any arguments.'),
    read: z.string().optional().describe(`What may be read: ${path}.`),
    write: z.string().optional().describe(`What may be changed: ${path}.`),
    network: z.string().optional().describe('A host, "*.host" or "*".'),
  })
  .refine((rule) => Object.keys(rule).length === 1)
  .meta({ id: "rule", minProperties: 1, maxProperties: 1 });

// An empty section says nothing, which is no mistake.
const rules = z.array(ruleSchema).max(maxRules).nullish();
const allow = rules.describe("What agents may do without asking.");
const deny = rules.describe("What agents must never do; stronger than everything that is allowed.");
const autoAllow = rules.describe(
  "What agents may do here without asking, once the user has approved exactly this list.",
);

const folderSchema = z.strictObject({ allow, deny }).nullish();
const projects = z
  .record(z.string(), folderSchema)
  .nullish()
  .describe('Rules that hold in one project only, by its folder. "Always" writes here.');

/** The user's own file. Other sections are not for this schema to judge. */
export const userSchema = z
  .looseObject({ permissions: z.strictObject({ allow, deny, projects }).nullish() })
  .describe("BooCode: what agents may do");

/** A project's file, which may narrow what is allowed. */
export const projectSchema = z
  .looseObject({ permissions: z.strictObject({ deny, auto_allow: autoAllow }).nullish() })
  .describe("BooCode: what agents may do in this project");
