import { races, runRace } from "../support/path-race.ts";
import type { Stress } from "./stress.ts";

/** File tools while names of the workspace keep becoming links to places outside. */
export const stress: Stress = {
  name: "path-race",
  async run(_seed, check) {
    for (const race of races) {
      const isSearch = race.tool === "search";
      const label = `${race.tool} ${JSON.stringify(race.input(0))} while ${race.name} becomes a link`;
      await check(label, () => runRace(race, { rounds: isSearch ? 500 : 5_000 }));
      if (isSearch)
        await check(`${label}, without ripgrep`, () => runRace(race, { rounds: 100, withRipgrep: false }));
    }
  },
};
