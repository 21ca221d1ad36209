import {
	cpSync,
	existsSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { availableDrivers } from "../../src/cli/node-gpu.ts";
import { readLog } from "../../src/cli/run-log.ts";
import { cpuDevice } from "../../src/index.ts";
import { loadModel } from "../../src/unet/index.ts";
import { absent } from "../gpu.ts";
import {
	expectError,
	folder,
	put,
	putSquares,
	start,
	trainOn,
	useBuiltCommand,
	wgrad,
} from "./wgrad.ts";

useBuiltCommand();

const data = putSquares("data", 30, { width: 50 });
const NET = [
	"--base",
	"2",
	"--depth",
	"1",
	"--convs",
	"1",
	"--epochs",
	"3",
	"--batch",
	"1",
];
const CHANGES = [
	...["--augment", "flips,brightness=0.2", "--sampling", "balanced"],
	...["--accumulate", "2", "--average", "0.9", "--keep", "1"],
];

const path = (run: string, ...names: string[]) => join(folder, run, ...names);
const checkpoint = (run: string, name: string) =>
	readFileSync(path(run, "checkpoints", `${name}.safetensors`));

/** What a run logged, without times; of the steps those that are in the other log too. */
function logged(run: string) {
	const lines = readLog(path(run));
	const epochs = lines
		.filter((line) => line.type === "epoch")
		.map(({ time, seconds, dataWait, ...rest }) => rest);
	const steps = new Map(
		lines
			.filter((line) => line.type === "step")
			.map((l) => [`${l.epoch}/${l.step}`, [l.loss, l.learningRate]]),
	);
	return { epochs, steps };
}

function expectSame(run: string, whole: string): void {
	const files = readdirSync(path(whole, "checkpoints"));
	expect(files.sort()).toEqual(
		["best", "epoch-3", "last"].map((name) => `${name}.safetensors`),
	);
	for (const name of ["best", "epoch-3", "last"]) {
		expect(checkpoint(run, name).equals(checkpoint(whole, name))).toBe(true);
	}
	const [ours, theirs] = [logged(run), logged(whole)];
	expect(ours.epochs).toEqual(theirs.epochs);
	const common = [...ours.steps.keys()].filter((key) => theirs.steps.has(key));
	expect(common.length).toBeGreaterThan(3);
	for (const key of common) {
		expect(ours.steps.get(key)).toEqual(theirs.steps.get(key));
	}
	const rows = (name: string) =>
		readFileSync(path(name, "log.csv"), "utf8")
			.split("\n")
			.map((row) => row.split(",").toSpliced(5, 1));
	expect(rows(run)).toEqual(rows(whole));
}

const driver = (await availableDrivers()).find(({ env }) => env);
const places: [string, string[], Record<string, string>][] = [
	["chrome", [], {}],
];
if (driver?.env) places.push(["node", ["--tune", "fast"], driver.env]);
else absent("WebGPU in Node", "no driver");

test.each(places)(
	"%s: interrupted within an epoch and resumed, a run ends as one never interrupted",
	async (runtime, more, env) => {
		const own = { ...env, XDG_CACHE_HOME: join(folder, `cache-${runtime}`) };
		const args = (out: string) => [
			...["train", "--data", data, "--out", out, "--runtime", runtime],
			...[...NET, ...CHANGES, ...more],
		];
		const [cut, whole] = [`cut-${runtime}`, `whole-${runtime}`];
		const run = start(args(cut), own);
		await run.said(/epoch 1\/3: /);
		run.child.kill("SIGINT");
		expect((await run.ended).code).toBe(130);
		const file = checkpoint(cut, "last");
		const { training } = loadModel(file, cut, { device: cpuDevice() });
		expect(training?.epoch).toBe(1);
		expect(training?.step).toBeGreaterThan(0);
		expect(training?.step).toBeLessThan(12);

		const resumed = await start(["train", "--resume", cut, "--json"], own)
			.ended;
		expect(resumed.stderr).toContain(
			`Training from epoch 2, step ${(training?.step ?? 0) + 1} on: 24 images`,
		);
		expect(resumed.code).toBe(0);
		expect(JSON.parse(resumed.stdout).last.epoch).toBe(3);

		// As tuned as the first: other kernels would give other bits.
		const replay = more.length ? ["--tune", cut] : [];
		const unbroken = await start([...args(whole), ...replay], own).ended;
		expect(unbroken.code).toBe(0);
		expectSame(cut, whole);
	},
	120_000,
);

if (driver?.env) {
	const { env } = driver;
	test("killed within its first epoch, a run goes on from a checkpoint made there", async () => {
		// An epoch of a hundred steps: the kill is in time on a busy machine too.
		const many = putSquares("many", 250, { width: 50 });
		const args = (out: string) => [
			...["train", "--data", many, "--out", out, "--runtime", "node"],
			...[...NET, ...CHANGES, "--save-every", "0"],
		];
		const run = start(args("struck"), env);
		await expect
			.poll(() => existsSync(path("struck", "checkpoints/last.safetensors")), {
				timeout: 60_000,
			})
			.toBe(true);
		run.child.kill("SIGKILL");
		await run.ended;
		const file = checkpoint("struck", "last");
		const { training } = loadModel(file, "struck", { device: cpuDevice() });
		expect(training?.epoch).toBe(0);
		expect(training?.step).toBeGreaterThan(0);
		const resumed = await start(["train", "--resume", "struck"], env).ended;
		expect(resumed.code).toBe(0);
		expect((await start(args("spared"), env).ended).code).toBe(0);
		expectSame("struck", "spared");
	});
}

test("a run killed after its log went on is resumed from its checkpoint", async () => {
	const args = ["train", "--data", data, "--device", "cpu"];
	const net = ["--base", "2", "--depth", "0", "--convs", "1", "--batch", "8"];
	const whole = await wgrad(...args, ...net, "--epochs", "3", "--out", "whole");
	expect(whole.code).toBe(0);
	const run = start([...args, ...net, "--epochs", "3", "--out", "killed"]);
	await run.said(/epoch 2\/3: /);
	run.child.kill("SIGINT");
	await run.ended;
	// As if the process had been killed when a later epoch was logged, in the middle of a line.
	for (const [file, line] of [
		["log.jsonl", '{"type":"epoch","epoch":3,"best":true}\n{"type":"st'],
		["log.csv", "3,0,0,0,0,0,0,0\n4,"],
	]) {
		writeFileSync(path("killed", file), line, { flag: "a" });
	}
	const resumed = await wgrad("train", "--resume", "killed");
	expect(resumed.code).toBe(0);
	const epochs = (name: string) => logged(name).epochs.map((e) => e.epoch);
	expect(epochs("killed")).toEqual([1, 2, 3]);
	const csv = readFileSync(path("killed", "log.csv"), "utf8");
	expect(csv.split("\n").map((row) => row.split(",")[0])).toEqual([
		"epoch",
		"1",
		"2",
		"3",
		"",
	]);

	await expectError(
		["train", "--resume", "whole"],
		2,
		/--resume whole: all 3 epochs are done; start a new run/,
	);
});

test("a resumed run reads its data as it was begun, an evaluation too", async () => {
	const pictures = putSquares("named", 6, { value: 2 });
	for (let n = 0; n < 6; n++) {
		renameSync(
			path("named", "masks", `${n}.png`),
			path("named", "masks", `t-${n}-1.png`),
		);
	}
	const args = [
		"train",
		"--data",
		pictures,
		"--device",
		"cpu",
		"--out",
		"begun",
	];
	const net = ["--base", "2", "--depth", "0", "--convs", "1", "--batch", "2"];
	const reading = [
		...["--layout", "folders", "--pair", "t-{}-1.png"],
		...["--offset", "-1", "--map", "0=0"],
	];
	const run = start([...args, ...net, ...reading, "--epochs", "4"]);
	await run.said(/epoch 1\/4: /);
	run.child.kill("SIGINT");
	await run.ended;
	const config = JSON.parse(readFileSync(path("begun", "config.json"), "utf8"));
	expect(config).toMatchObject({
		...{ layout: "folders", pair: "t-{}-1.png", offset: -1, map: { 0: 0 } },
	});
	expect((await wgrad("train", "--resume", "begun")).code).toBe(0);
	const evaluated = await wgrad(
		...["eval", "--checkpoint", "begun", "--data", pictures, "--device", "cpu"],
		...["--pair", "t-{}-1.png", "--json"],
	);
	expect(JSON.parse(evaluated.stdout)).toMatchObject({ images: 6 });
});

test("a training that is out of patience ends, and stays ended", async () => {
	const run = await wgrad(
		...["train", "--data", data, "--device", "cpu", "--out", "impatient"],
		...["--base", "2", "--depth", "0", "--convs", "1"],
		// So large a rate that the loss jumps about.
		...["--lr", "30", "--schedule", "constant", "--epochs", "200"],
		...["--patience", "2", "--monitor", "loss", "--keep", "2"],
	);
	expect(run.code).toBe(0);
	const { epochs } = logged("impatient");
	const ended = epochs.length;
	expect(run.stdout).toContain(
		`Ended after ${ended} of 200 epochs: 2 without a better one.`,
	);
	expect(epochs.slice(-3).map(({ best }) => best)).toEqual([
		true,
		false,
		false,
	]);
	let least = Number.POSITIVE_INFINITY;
	for (const { validLoss, best } of epochs) {
		expect(best).toBe(validLoss < least);
		least = Math.min(least, validLoss);
	}
	expect(readdirSync(path("impatient", "checkpoints")).sort()).toEqual(
		["best", `epoch-${ended - 1}`, `epoch-${ended}`, "last"]
			.map((name) => `${name}.safetensors`)
			.sort(),
	);
	await expectError(
		["train", "--resume", "impatient"],
		2,
		`--resume impatient: ended after epoch ${ended}, out of patience`,
	);
});

test("what --resume refuses", async () => {
	await expectError(
		["train", "--resume", "nowhere"],
		2,
		/--resume nowhere: is no folder; give the folder of a run/,
	);
	put("empty-run/config.json", "{}");
	await expectError(
		["train", "--resume", "empty-run"],
		3,
		/empty-run.checkpoints.last\.safetensors: is not there, so there is nothing to resume/,
	);
	await expectError(
		trainOn(data, "--resume", "empty-run"),
		2,
		/--out does not go with --resume, which takes it from the run/,
	);
	await expectError(
		["train"],
		2,
		/--data is missing; give a folder, or digits/,
	);
});

test("files of the run that are damaged are named", async () => {
	const copy = () => {
		rmSync(path("copy"), { recursive: true, force: true });
		cpSync(path("whole"), path("copy"), { recursive: true });
	};
	const resume = ["train", "--resume", "copy"];
	copy();
	truncateSync(path("copy", "checkpoints", "last.safetensors"), 1000);
	await expectError(resume, 3, /last\.safetensors: /);
	copy();
	const file = path("copy", "config.json");
	const config = JSON.parse(readFileSync(file, "utf8"));
	writeFileSync(file, JSON.stringify({ ...config, batch: 3 }));
	await expectError(
		resume,
		3,
		/config\.json: batch is not that of the checkpoint/,
	);
	writeFileSync(file, JSON.stringify({ ...config, runtime: "deno" }));
	await expectError(resume, 3, /config\.json: runtime is missing or damaged/);
	writeFileSync(file, "{");
	await expectError(resume, 3, /config\.json: is missing or no JSON/);
});
