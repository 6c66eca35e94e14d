import { buildBundles, packageExtension } from "./build.ts";

console.log(await buildBundles());
console.log(await packageExtension());
