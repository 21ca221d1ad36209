import { writeDeclarations } from "./wgsl.ts";

const count = writeDeclarations("src");
console.log(`wrote types of ${count} kernels`);
