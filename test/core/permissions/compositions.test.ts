import assert from "node:assert/strict";
import { judgeIn, readRows } from "../../support/judge-rows.ts";

// Compositions per run; a seed gives the same ones each time.
const compositions = 500;

describe("compositions of command lines", () => {
  for (const seed of [1, 20_26])
    it(`allow no attack that is hidden among what is allowed (seed ${seed})`, async () => {
      const random = randomOf(seed);
      const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
      // What a comment or a here-document takes in would be no part of the line.
      const isWhole = ({ line }: { line: string }): boolean => !/#|<<|\\$/.test(line);
      const attacks: string[] = [];
      for (const { line } of [...readRows("attacks"), ...readRows("bypasses")].filter(isWhole))
        // What is cut off goes on with what follows it.
        if (!/can not be read/.test((await judgeIn(line)).reason)) attacks.push(line);
      // What changes the folder or variables would change what the attack means.
      const changes = /\b(?:cd|set|export|source|trap|exit|for|while|read)\b|(?:^|[ ;])\w+=|^\. /;
      const harmless = readRows("everyday").filter((row) => isWhole(row) && !changes.test(row.line));
      for (let count = 0; count < compositions; count++) {
        let line = pick(attacks);
        for (let depth = random(3); depth >= 0; depth--) line = wrap(line, pick(harmless).line, random);
        for (const isConfined of [true, false]) {
          const { verdict } = await judgeIn(line, { isConfined });
          assert.notEqual(verdict, "allow", line);
        }
      }
    }).timeout(60_000);
});

function wrap(attack: string, other: string, random: (limit: number) => number): string {
  const joints = ["; ", " && ", " || ", "\n", " & ", " | "];
  const joint = joints[random(joints.length)] ?? "; ";
  const group = `{ ${attack}\n}`;
  switch (random(9)) {
    case 0:
      return `( ${attack}\n)`;
    case 1:
      return `if true; then ${attack}\nfi`;
    case 2:
      return `for i in 1 2; do ${other}\n${attack}\ndone`;
    case 3:
      return `echo "$(${attack}\n)"`;
    case 4:
      return `${other}${joint}${group}`;
    case 5:
      return `${group}${joint}${other}`;
    case 6:
      return `go() { ${attack}\n}; go`;
    case 7:
      return `while ! ${other}\ndo ${attack}\ndone`;
    default:
      return `${other}\n${attack}\n${other}`;
  }
}

/** Whole numbers below a limit, the same for a seed each time. */
function randomOf(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
