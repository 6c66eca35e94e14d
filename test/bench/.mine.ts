import { emptyView, measureColdStart, product } from "./cold-start.ts";
for (let i = 0; i < Number(process.env.N ?? 3); i++) {
  const e = await measureColdStart(emptyView);
  const b = await measureColdStart({ ...product, extension: "/tmp/ed/ext" });
  const f = (x) => Object.entries(x).map(([k, v]) => `${k} ${Math.round(v)}`).join(" ");
  console.log("empty", f(e), "| boocode", f(b));
}
process.exit(0);
