// Deno's WebGPU is wgpu, as Firefox's is: another implementation than Chrome's, with a WGSL compiler of its own.
import { describe } from "vitest";
import { nodeGpuEnv } from "../../src/cli/node-gpu.ts";
import { runInDeno } from "../deno-program.ts";
import { describeTable } from "../describe-table.ts";
import { absent } from "../gpu.ts";
import { tool } from "./tools.ts";

const deno = tool("Deno", "deno/deno");
const { env, reason } = await nodeGpuEnv("lavapipe");
if (!env) absent("lavapipe", reason);
else if (deno) {
	describe("Deno on lavapipe", () => {
		describeTable(
			() => runInDeno(deno, "test/pages/kernels.ts", env),
			/llvmpipe.*\(software\)/,
		);
	});
}
