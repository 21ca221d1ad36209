import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { availableDrivers } from "../../src/cli/node-gpu.ts";
import { absent } from "../gpu.ts";
import {
	expectError,
	folder,
	put,
	putSquares,
	start,
	trainOn,
	useBuiltCommand,
} from "./wgrad.ts";

useBuiltCommand();

const cache = join(folder, "cache");
const data = putSquares("data", 6);

/** Trains a tiny net on this driver, with a cache of its own. */
async function train(
	out: string,
	env: Record<string, string>,
	...more: string[]
) {
	const args = ["train", "--data", data, "--out", out, "--runtime", "node"];
	const net = ["--base", "4", "--depth", "1", "--convs", "1", "--epochs", "2"];
	const all = [...args, ...net, "--json", ...more];
	return start(all, { ...env, XDG_CACHE_HOME: cache }).ended;
}

const read = (...path: string[]) => readFileSync(join(folder, ...path));
const checkpoint = (run: string) =>
	read(run, "checkpoints", "last.safetensors");
const warnings = (stderr: string) => stderr.match(/warning: .*/g) ?? [];

const driver = (await availableDrivers()).find(({ env }) => env);

if (!driver?.env) absent("WebGPU in Node", "no driver");
else {
	const { env } = driver;
	test("choices are kept, recorded, and replayed bit for bit", async () => {
		const tuned = await train("first", env, "--tune", "fast");
		expect(tuned.stderr).toMatch(/Tuning: \d+ calls compared in /);
		expect(tuned.code).toBe(0);
		const { firstLossSeconds, adapter } = JSON.parse(tuned.stdout);
		expect(firstLossSeconds).toBeGreaterThan(0);
		const log = read("first", "log.jsonl").toString();
		expect(log).toMatch(/"type":"first-loss","seconds":\d/);
		const recorded = JSON.parse(read("first", "tuning.json").toString());
		expect(recorded.adapter).toBe(adapter);

		const [kept] = readdirSync(join(cache, "wgrad")).filter((file) =>
			file.startsWith("tuning-"),
		);
		expect(kept).toMatch(/^tuning-node-[a-z0-9-]+\.json$/);

		// The budget may have left calls to the default; those of the cache stay.
		expect((await train("again", env, "--tune", "fast")).code).toBe(0);
		const after = JSON.parse(read("again", "tuning.json").toString());
		expect(after.choices).toMatchObject(recorded.choices);

		const replay = await train("replayed", env, "--tune", "again");
		expect(replay.stderr).not.toContain("Tuning");
		expect(replay.code).toBe(0);
		expect(read("replayed", "tuning.json")).toEqual(
			read("again", "tuning.json"),
		);

		expect(checkpointTensors("replayed")).toEqual(checkpointTensors("again"));

		writeFileSync(join(cache, "wgrad", kept), "{ broken");
		const mended = await train("mended", env, "--tune", "fast");
		expect(mended.code).toBe(0);
		expect(warnings(mended.stderr)).toEqual([
			expect.stringMatching(/the kept tuning is ignored: this is no JSON/),
		]);
		expect(JSON.parse(read("mended", "tuning.json").toString())).toHaveProperty(
			"choices",
		);

		const foreign = put(
			"foreign.json",
			JSON.stringify({ ...recorded, adapter: "some GPU" }),
		);
		const refused = await train("refused", env, "--tune", foreign);
		expect(refused.stderr).toMatch(
			/foreign\.json: this tuning was made on some GPU, but the adapter is .*; leave --tune out/,
		);
		expect(refused.code).toBe(3);
		expect(existsSync(join(folder, "refused"))).toBe(false);
	});
}

/** The weights, without the header that names the run. */
function checkpointTensors(run: string): Buffer {
	const bytes = checkpoint(run);
	return bytes.subarray(8 + Number(bytes.readBigUInt64LE()));
}

test("what --tune cannot be", async () => {
	await expectError(
		trainOn(data, "--tune", "fsat"),
		2,
		/--tune fsat: is no file; give off, fast, full, or a run folder/,
	);
	await expectError(
		trainOn(data, "--tune", "fast", "--device", "cpu"),
		2,
		"the CPU device has no kernels to choose from",
	);
	const broken = put("broken.json", '{"choices":{}}');
	await expectError(
		trainOn(data, "--tune", broken),
		3,
		/broken\.json: this is no tuning of wgrad/,
	);
	put("untuned/log.jsonl", "");
	await expectError(
		trainOn(data, "--tune", "untuned"),
		3,
		/untuned.tuning\.json: is not there: the run was not tuned/,
	);
});
