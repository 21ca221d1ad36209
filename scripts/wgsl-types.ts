import { writeDeclarations } from "./wgsl.ts";

const count = writeDeclarations("src") + writeDeclarations("bench");
console.log(`wrote types of ${count} kernels`);
