import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { absent } from "../gpu.ts";
import { consumer } from "./consumer.ts";
import { addWebgpu, driverEnv, noDriver } from "./npm-webgpu.ts";
import { tool } from "./tools.ts";

const execute = promisify(execFile);

interface Runtime {
	readonly name: string;
	/** Its command, if it is here. */
	readonly path: string | undefined;
	readonly args?: readonly string[];
	/** Whether npm webgpu runs in it. */
	readonly npmWebgpu: boolean;
}

const runtimes: readonly Runtime[] = [
	{ name: "this Node", path: process.execPath, npmWebgpu: true },
	{
		name: "Node 22",
		path: tool("Node 22", "node-22/bin/node"),
		npmWebgpu: true,
	},
	{
		name: "Node 24",
		path: tool("Node 24", "node-24/bin/node"),
		npmWebgpu: true,
	},
	{
		name: "Deno",
		path: tool("Deno", "deno/deno"),
		args: ["run", "--allow-all", "--node-modules-dir=manual"],
		npmWebgpu: true,
	},
	// Bun 1.4 crashes when npm webgpu is imported.
	{ name: "Bun", path: tool("Bun", "bun/bin/bun"), npmWebgpu: false },
];

let folder: string;
beforeAll(() => {
	folder = consumer();
	addWebgpu(folder);
});

/** The last line that a program prints, as JSON. */
async function run(
	{ path = "", args = [] }: Runtime,
	program: string,
	env: Record<string, string> = {},
) {
	const options = { cwd: folder, env: { ...process.env, ...env } };
	const { stdout } = await execute(path, [...args, program], options);
	return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

for (const runtime of runtimes) {
	const { name, path, npmWebgpu } = runtime;
	if (!path) continue;
	describe(name, () => {
		test("computes gradients and trains on the CPU", async () => {
			const { gradient, losses } = await run(runtime, "cpu.js");
			expect(gradient).toEqual([30, 30]);
			expect(losses[1]).toBeLessThan(losses[0] * 0.8);
		});

		if (name === "Deno") {
			test("computes and trains on its own WebGPU", async () => {
				const { gradient, losses, adapter } = await run(
					runtime,
					"own-gpu.js",
					driverEnv,
				);
				expect(gradient).toEqual([30, 30]);
				expect(losses[1]).toBeLessThan(losses[0] * 0.8);
				expect(adapter).toMatch(/\(software\)$/);
			});
		} else {
			test("says what to do where it has no WebGPU", async () => {
				const { missing } = await run(runtime, "cpu.js");
				expect(missing).toMatch(/^DeviceError: .* npm webgpu in Node$/);
			});
		}

		if (!npmWebgpu) return;
		if (!driverEnv) {
			absent("a Vulkan driver", noDriver);
			return;
		}
		test("computes and trains with npm webgpu", async () => {
			const { gradient, losses, adapter } = await run(
				runtime,
				"gpu.js",
				driverEnv,
			);
			expect(gradient).toEqual([30, 30]);
			expect(losses[1]).toBeLessThan(losses[0] * 0.8);
			expect(adapter).toMatch(/\(software\)$/);
		});
	});
}
