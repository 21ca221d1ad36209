import { beforeAll, describe, expect, test } from "vitest";
import { findBrowser } from "../src/cli/browser.ts";
import {
	capture,
	parseTuning,
	release,
	type Tensor,
	type TuneReport,
	type Tuning,
	TuningError,
	tensor,
	textOf,
	tuned,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import { variantNames } from "../src/engine/variant-names.ts";
import { conv2d, relu } from "../src/kernels/index.ts";
import { runInBrowser } from "./browser.ts";
import { absent, describeOnDevices } from "./gpu.ts";
import type { StoreReport } from "./pages/tuned.ts";
import { uniformNumbers } from "./rows.ts";

/** So that a busy machine compares what an idle one does. */
const ample = { effort: "fast", budget: 60_000 } as const;

function memoryStore(text?: string) {
	const store = {
		text,
		read: async () => store.text,
		write: async (all: string) => {
			store.text = all;
		},
	};
	return store;
}

/** A captured convolution, prepared and run once; which convolution ran is told by the bits. */
async function run(device: WebgpuDevice): Promise<number[]> {
	const random = uniformNumbers(3);
	const draw = (shape: readonly number[]) => {
		const size = shape.reduce((a, b) => a * b);
		const values = Float32Array.from({ length: size }, random);
		return tensor(values, shape, { device });
	};
	const [x, w] = [draw([1, 16, 16, 8]), draw([3, 3, 8, 8])];
	const f = capture((x: Tensor) => relu(conv2d(x, w, { padding: "same" })));
	await f.prepare(x);
	const y = f(x);
	const values = [...(await y.data())];
	f.free();
	for (const t of [x, w]) release(t);
	return values;
}

/** Choices of the last variant of each call instead of the first. */
async function otherTuning(device: WebgpuDevice): Promise<Tuning> {
	const store = memoryStore();
	const names = new Map<string, string[]>();
	const tuner = await tuned(device, { ...ample, store });
	const { choose } = device;
	device.choose = (spec, variants, call) => {
		names.set(spec.name, variantNames(variants));
		return choose(spec, variants, call);
	};
	await run(device);
	tuner.stop();
	const { adapter, choices } = parseTuning(store.text ?? "");
	const changed = Object.entries(choices).map(([key, choice]) => {
		const variant = names.get(key.split(" ")[0])?.at(-1) ?? "";
		return [key, { ...choice, variant }] as const;
	});
	return { adapter, choices: Object.fromEntries(changed) };
}

await describeOnDevices((device) => {
	test("choices are measured once, kept, and found again", async () => {
		const store = memoryStore();
		const reports: TuneReport[] = [];
		const onTuned = (report: TuneReport) => void reports.push(report);
		for (const _ of [1, 2]) {
			const tuner = await tuned(device(), { ...ample, store, onTuned });
			await run(device());
			const { adapter, choices } = tuner.used();
			expect(adapter).toBe(device().identity.description);
			expect(Object.keys(choices).join()).toContain("conv2d x[1,16,16,8]");
			tuner.stop();
		}
		expect(reports[0].compared).toBeGreaterThan(0);
		expect(reports[1]).toMatchObject({ compared: 0, left: 0 });
		// Operands of the run; what the trials needed is gone.
		expect(device().stats.pooledBytes).toBeLessThan(16 * 1024);
	});

	test("a tuning decides, changes the last bits at most, and untuned is as before", async () => {
		const before = await run(device());
		const tuning = await otherTuning(device());
		const replay = async () => {
			const tuner = await tuned(device(), { effort: "off", tuning });
			const values = await run(device());
			expect(tuner.used()).toEqual(tuning);
			tuner.stop();
			return values;
		};
		const other = await replay();
		expect(other).not.toEqual(before);
		other.forEach((v, i) => {
			expect(v).toBeCloseTo(before[i], 3);
		});
		expect(await replay()).toEqual(other);
		expect(await run(device())).toEqual(before);
		// Nothing known and nothing measured is untuned.
		const tuner = await tuned(device(), { effort: "off" });
		expect(await run(device())).toEqual(before);
		expect(tuner.used().choices).toEqual({});
		tuner.stop();
	});

	test("a tuning of another adapter is refused", async () => {
		const tuning = { adapter: "some GPU", choices: {} };
		const refused = tuned(device(), { effort: "off", tuning });
		await expect(refused).rejects.toThrow(TuningError);
		await expect(refused).rejects.toThrow(
			/this tuning was made on some GPU, but the adapter is /,
		);
	});

	test("a broken store is ignored with one warning, and mended", async () => {
		const foreign = textOf({ adapter: "some GPU", choices: {} });
		for (const text of ["{ no", '{"adapter":"x","choices":{"a":1}}', foreign]) {
			const store = memoryStore(text);
			const warnings: string[] = [];
			const tuner = await tuned(device(), {
				...ample,
				store,
				warn: (message) => void warnings.push(message),
			});
			await run(device());
			await run(device());
			tuner.stop();
			expect(warnings).toHaveLength(1);
			expect(warnings[0]).toMatch(/^the kept tuning is ignored: this /);
			expect(Object.keys(parseTuning(store.text ?? "").choices)).not.toEqual(
				[],
			);
		}
	});

	test("choices for other kernels do not hold", async () => {
		const before = await run(device());
		const { adapter, choices } = await otherTuning(device());
		const stale = Object.entries(choices).map(
			([key, c]) => [key, { ...c, kernels: "00000000" }] as const,
		);
		const warnings: string[] = [];
		const tuner = await tuned(device(), {
			effort: "off",
			tuning: { adapter, choices: Object.fromEntries(stale) },
			warn: (message) => void warnings.push(message),
		});
		expect(await run(device())).toEqual(before);
		expect(tuner.used().choices).toEqual({});
		tuner.stop();
		expect(warnings.join()).toMatch(/made with other kernels than these/);
	});
});

const browser = await findBrowser();

if (!browser) absent("headless Chrome", "no browser found");
else {
	describe("in a page", () => {
		let report: StoreReport;
		beforeAll(async () => {
			report = await runInBrowser<StoreReport>("test/pages/tuned.ts");
		});

		test("IndexedDB keeps the choices", () => {
			expect(report.before).toBeNull();
			expect(report.compared[0]).toBeGreaterThan(0);
			expect(report.compared[1]).toBe(0);
			expect(report.after).toContain("conv2d x[1,16,16,8]");
		});
	});
}
