import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { indexPng } from "../../src/data/picture.ts";
import { createSampler } from "../../src/data/sampler.ts";
import { splitIndices } from "../../src/data/split.ts";
import { cpuDevice } from "../../src/index.ts";
import { loadModel } from "../../src/unet/index.ts";
import {
	folder,
	put,
	putSquares,
	start,
	useBuiltCommand,
	wgrad,
} from "./wgrad.ts";

useBuiltCommand();

/** Far more epochs than a test waits for. */
const LONG = ["--epochs", "1000", "--base", "2", "--depth", "1"];

function readCheckpoint(run: string) {
	const file = join(folder, run, "checkpoints", "last.safetensors");
	return loadModel(readFileSync(file), file, { device: cpuDevice() });
}

function temporaryFiles(run: string): string[] {
	return readdirSync(join(folder, run), {
		recursive: true,
		encoding: "utf8",
	}).filter((name) => name.endsWith(".tmp"));
}

test.each([
	["chrome", []],
	["cpu", ["--device", "cpu"]],
])(
	"Ctrl-C on %s finishes the step and writes the checkpoint",
	async (name, where) => {
		const data = putSquares(`stop-${name}`, 8);
		const out = `stopped-${name}`;
		const run = start([
			"train",
			"--data",
			data,
			"--out",
			out,
			...LONG,
			...where,
		]);
		await run.said(/epoch 2\/1000: /);
		run.child.kill("SIGINT");
		const { code, stdout, stderr } = await run.ended;
		expect(stderr).toContain("stopping after this step");
		expect(stdout).toContain("Stopped before the end");
		expect(code).toBe(130);
		const { training } = readCheckpoint(out);
		expect(training?.epoch).toBeGreaterThanOrEqual(2);
		expect(training?.epoch).toBeLessThan(1000);
		expect(temporaryFiles(out)).toEqual([]);
	},
);

test("Ctrl-C before the training leaves nothing", async () => {
	const run = start(["train", "--data", "digits", "--out", "early"]);
	await run.said(/Building/);
	run.child.kill("SIGINT");
	const { code, stderr } = await run.ended;
	expect(code).toBe(130);
	expect(stderr).toContain("wgrad: interrupted");
	expect(readdirSync(folder)).not.toContain("early");
});

test("a second Ctrl-C quits at once", async () => {
	// Steps of large images last so long that the first signal is not obeyed yet.
	const data = putSquares("twice", 3, { height: 400, width: 400 });
	const run = start(["train", "--data", data, "--out", "twice-run", ...LONG]);
	await run.said(/Adapter/);
	run.child.kill("SIGINT");
	await run.said(/stopping after this step/);
	run.child.kill("SIGINT");
	const { code, stdout } = await run.ended;
	expect(code).toBe(130);
	// Nothing was finished: no report.
	expect(stdout).toBe("");
});

test.skipIf(!existsSync("/proc/self/stat"))(
	"Chrome killed in the middle: a clear sentence, and the last epoch's checkpoint loads",
	async () => {
		const data = putSquares("killed", 8);
		const run = start([
			"train",
			"--data",
			data,
			"--out",
			"killed-run",
			...LONG,
		]);
		await run.said(/epoch 2\/1000: /);
		for (const pid of childrenOf(run.child.pid as number)) {
			process.kill(pid, "SIGKILL");
		}
		const { code, stdout, stderr } = await run.ended;
		const said = stderr.match(
			/wgrad: Chrome ended unexpectedly .*; the checkpoint after epoch (\d+) is (.*)\n/,
		);
		expect(said).not.toBeNull();
		expect(stderr).not.toMatch(/\n\s+at /);
		expect(stdout).toBe("");
		expect(code).toBe(1);
		expect(readCheckpoint("killed-run").training?.epoch).toBe(
			Number(said?.[1]),
		);
		expect(temporaryFiles("killed-run")).toEqual([]);
	},
);

/** The processes that a process started. */
function childrenOf(pid: number): number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.filter((name) => {
			try {
				const stat = readFileSync(`/proc/${name}/stat`, "utf8");
				// After the name in parentheses: state, parent.
				return Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]) === pid;
			} catch {
				return false; // It has ended.
			}
		})
		.map(Number);
}

test("a loss that is not finite ends with code 5", async () => {
	const data = putSquares("diverge", 8);
	const { code, stderr } = await wgrad(
		...["train", "--data", data, "--out", "diverged", ...LONG, "--lr", "1e30"],
	);
	expect(stderr).toMatch(/wgrad: the (validation )?loss is /);
	expect(stderr).toMatch(/lower the learning rate.*; no epoch was completed/);
	expect(code).toBe(5);
});

test("a loss that is not finite later on keeps the last good checkpoint", async () => {
	// A single image has the class whose weight overflows float32, and an epoch
	// of one step leaves images out: the seed decides which epoch meets it.
	const [count, batch] = [13, 3];
	const data = putSquares("late", count, { value: 0 });
	put("late/masks/0.png", indexPng(new Uint8Array(320).fill(1), 16, 20));
	const { seed, epoch } = findSeed(count, batch);
	const { code, stderr } = await wgrad(
		...["train", "--data", data, "--out", "late-run", ...LONG],
		...["--class-weights", "1,1e39", "--batch", String(batch)],
		...["--seed", String(seed)],
	);
	expect(stderr).toContain(`wgrad: the loss is NaN in epoch ${epoch}, step 1`);
	expect(stderr).toContain(`; the checkpoint after epoch ${epoch - 1} is `);
	expect(code).toBe(5);
	expect(readCheckpoint("late-run").training?.epoch).toBe(epoch - 1);
	expect(temporaryFiles("late-run")).toEqual([]);
});

/** A seed with which image 0 trains, but not before epoch 2, and the number of that epoch. */
function findSeed(
	count: number,
	batch: number,
): { seed: number; epoch: number } {
	for (let seed = 0; ; seed++) {
		const { train } = splitIndices(count, { seed });
		const at = train.indexOf(0);
		const sampler = createSampler({
			count: train.length,
			batchSize: batch,
			seed,
		});
		const batches = Array.from({ length: 4 * sampler.stepsPerEpoch }, () =>
			sampler.next(),
		);
		const met = batches.findIndex((b) => b.some(({ index }) => index === at));
		const epoch = Math.floor(met / sampler.stepsPerEpoch);
		if (at >= 0 && epoch > 0 && met % sampler.stepsPerEpoch === 0) {
			return { seed, epoch: epoch + 1 };
		}
	}
}
