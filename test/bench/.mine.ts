import { emptyView, measureColdStart, product } from "./cold-start.ts";
for (let i = 0; i < Number(process.env.N ?? 3); i++) {
  const e = await measureColdStart(emptyView); const b = await measureColdStart({ ...product, extension: "/tmp/ed/ext" });
  const n = i === 0 ? await measureColdStart(undefined) : undefined;
  console.log(JSON.stringify({ e, b, none: n?.residentMB }));
}
process.exit(0);
