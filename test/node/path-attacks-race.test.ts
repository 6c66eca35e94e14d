import { races, runRace } from "../support/path-race.ts";

describe("path attacks: names that keep becoming links", () => {
  for (const race of races) {
    it(`${race.tool} ${JSON.stringify(race.input(0))} while ${race.name} does`, async function () {
      this.timeout(20_000);
      await runRace(race, { rounds: race.tool === "search" ? 4 : 30 });
    });
  }
});
