import { describe, expect, test } from "vitest";
import { availableDrivers } from "../../src/cli/node-gpu.ts";
import { absent } from "../gpu.ts";
import { putSquares, start, useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

const NET = ["--base", "4", "--depth", "1", "--convs", "1", "--epochs", "2"];

/** Trains and returns the losses, which the seed decides. */
async function train(
	out: string,
	where: string[],
	env: Record<string, string> = {},
): Promise<{ adapter: string; losses: number[] }> {
	const data = putSquares("data", 6);
	const args = ["train", "--data", data, "--out", out, ...NET, "--json"];
	const { code, stdout, stderr } = await start([...args, ...where], env).ended;
	expect(stderr).toContain(`Runtime: Node ${process.version}`);
	expect(stderr).not.toContain("Browser");
	expect(code).toBe(0);
	const { adapter, last } = JSON.parse(stdout);
	return { adapter, losses: [last.trainLoss, last.validLoss] };
}

describe("training in Node", async () => {
	for (const { name, env, reason } of await availableDrivers()) {
		if (reason !== undefined) {
			absent(name, reason);
			continue;
		}
		test(`on ${name} gives the losses that the CPU reference gives`, async () => {
			const cpu = await train(`cpu-${name}`, ["--device", "cpu"]);
			expect(cpu.adapter).toContain("CPU reference");
			const gpu = await train(name, ["--runtime", "node"], env);
			expect(gpu.adapter).toMatch(/swiftshader|llvmpipe/i);
			for (const [i, loss] of cpu.losses.entries()) {
				expect(gpu.losses[i]).toBeCloseTo(loss, 3);
			}
		});
	}
});

test("eval and predict on the CPU", async () => {
	const data = putSquares("data", 6);
	const where = ["--device", "cpu"];
	await train("cpu", where);
	const measured = await wgrad(
		...["eval", "--checkpoint", "cpu", "--data", data, ...where],
	);
	expect(measured.stdout).toMatch(/mIoU [01]\.\d{3} over 2 classes/);
	expect(measured.code).toBe(0);
	const predicted = await wgrad(
		...["predict", "--checkpoint", "cpu", "--input", `${data}/images`],
		...["--out", "pictures", ...where],
	);
	expect(predicted.stdout).toBe("6 images segmented: pictures\n");
	expect(predicted.code).toBe(0);
});
