import assert from "node:assert/strict";
import type { World } from "#core/permissions/judgement.ts";
import { withheldBelow } from "#core/permissions/path-policy.ts";
import type { Rule } from "#core/permissions/rule.ts";
import { worldWith } from "../../support/judge-world.ts";

const rule = (effect: Rule["effect"], pattern: string, rest: Partial<Rule> = {}): Rule => ({
  ...{ id: pattern, effect, operation: "read", pattern, project: undefined, origin: "user" },
  ...rest,
});

/** Which of the paths a look at a folder does not tell. */
function check(
  name: string,
  folder: string,
  paths: readonly string[],
  expected: readonly string[],
  change: Partial<World> = {},
): void {
  it(name, () => {
    const isWithheld = withheldBelow(folder, worldWith(change));
    assert.deepEqual(
      paths.filter((path) => isWithheld?.(path) === true),
      expected,
    );
  });
}

describe("what is withheld from a look at a folder", () => {
  const secret = { rules: [rule("deny", "/ws/secret/**"), rule("deny", "/ws/*.txt")] };
  const some = ["/ws/a.ts", "/ws/secret", "/ws/secret/a/b.ts", "/ws/notes.txt", "/ws/src/notes.txt"];
  const denied = ["/ws/secret", "/ws/secret/a/b.ts", "/ws/notes.txt"];
  check("what rules deny to read", "/ws", some, denied, secret);
  check("the same in a folder that lies in a denied one", "/ws/secret/a", some, denied, secret);
  check("the same from above", "/", some, denied, secret);
  check("nothing for rules about writing", "/ws", some, [], {
    rules: [rule("deny", "/ws/**", { operation: "write" })],
  });
  check("nothing for rules of another project", "/ws", some, [], {
    rules: [rule("deny", "/ws/**", { project: "/other" })],
  });
  check("what is denied stays so whatever else allows it", "/ws", some, denied, {
    rules: [...secret.rules, rule("allow", "/ws/**")],
  });
  check("in any case where case makes no difference", "/ws", ["/ws/SECRET/x"], ["/ws/SECRET/x"], {
    ...secret,
    ignoresCase: true,
  });

  const keys = ["/home/me/.ssh/id_rsa", "/home/me/.aws/credentials", "/home/me/app/.env", "/home/me/.netrc"];
  const ordinary = ["/home/me/app/a.ts", "/home/me/.env.example", "/home/me/app/key.ts"];
  check("keys outside of the workspace", "/home/me", [...keys, ...ordinary], keys);
  check("but not where a rule allows to read them", "/home/me", keys, keys.slice(2), {
    rules: [rule("allow", "/home/me/.ssh/**"), rule("allow", "/home/me/.aws/credentials")],
  });
  check("but not where their own folder is looked at", "/home/me/.ssh", keys, []);
  check("no keys of the workspace", "/home/me", ["/home/me/ws/.env", "/home/me/.env"], ["/home/me/.env"], {
    folders: ["/home/me/ws"],
  });

  it("nothing in an ordinary project, without a look at each file", () =>
    assert.equal(withheldBelow("/ws", worldWith({ rules: [rule("deny", "/home/me/.ssh/**")] })), undefined));
});
