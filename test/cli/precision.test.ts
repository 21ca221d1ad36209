import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { availableDrivers } from "../../src/cli/node-gpu.ts";
import { cpuDevice } from "../../src/engine/index.ts";
import { loadModel } from "../../src/unet/index.ts";
import { absent } from "../gpu.ts";
import {
	type Ended,
	expectError,
	folder,
	putSquares,
	start,
	useBuiltCommand,
} from "./wgrad.ts";

useBuiltCommand();

const data = putSquares("data", 4);

/** Trains a tiny net in f16 in Node. */
function train(out: string, env: Record<string, string>, ...more: string[]) {
	const args = ["train", "--data", data, "--out", out, "--precision", "f16"];
	const net = ["--base", "4", "--depth", "1", "--convs", "1", "--epochs", "2"];
	return start([...args, ...net, "--runtime", "node", ...more], env).ended;
}

/** One sentence that names the adapter, exit code 4, nothing left behind. */
function expectRefusal({ code, stderr }: Ended, out: string, adapter: RegExp) {
	expect(stderr).toMatch(
		/--precision f16 needs the adapter feature shader-f16, which .* lacks; leave it out/,
	);
	expect(stderr).toMatch(adapter);
	expect(code).toBe(4);
	expect(existsSync(join(folder, out))).toBe(false);
}

for (const { name, env } of await availableDrivers()) {
	if (!env) absent(name, "no driver");
	else if (name === "lavapipe") {
		test("a training in f16 records its precision and loss scale", async () => {
			const { code, stderr } = await train("half", env);
			expect(stderr).toContain("Adapter:");
			expect(code).toBe(0);
			const read = (...path: string[]) =>
				readFileSync(join(folder, "half", ...path));
			expect(JSON.parse(`${read("config.json")}`).precision).toBe("f16");
			expect(`${read("log.jsonl")}`).toContain('"lossScale":32768');
			const bytes = read("checkpoints", "last.safetensors");
			const { training } = loadModel(bytes, "x", { device: cpuDevice() });
			expect((await training?.scaling?.data())?.[0]).toBe(2 ** 15);
		});
	} else {
		test(`${name} refuses f16`, async () => {
			expectRefusal(await train("no", env), "no", /SwiftShader/);
		});
	}
}

test("the CPU device refuses f16", async () => {
	const ended = await train("cpu", {}, "--device", "cpu");
	expectRefusal(ended, "cpu", /CPU reference/);
});

test("other precisions are no precision", async () => {
	const args = ["train", "--data", data, "--precision", "f64"];
	await expectError(args, 2, /--precision/);
});
