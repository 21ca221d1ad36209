import { describe, expect, test } from "vitest";
import { cpuDevice, type Device } from "../../src/engine/index.ts";
import {
	ConfigError,
	encodeCheckpoint,
	type LabelledBatch,
	loadModel,
	type NamedTensors,
	sgd,
	type TrainOptions,
	train,
	unet,
} from "../../src/unet/index.ts";
import { describeOnDevices } from "../gpu.ts";

const config = { inChannels: 1, classes: 3, base: 4, depth: 1, convs: 1 };

/** Stripes whose brightness is that of their class, at a place that depends on `seed`. */
function stripes(seed: number, count = 4, size = 8): LabelledBatch {
	const labels = Uint8Array.from(
		{ length: count * size * size },
		(_, i) => (Math.floor(i / 3) + seed * (1 + Math.floor(i / 64))) % 3,
	);
	const x = Float32Array.from(labels, (k, i) => k / 2 + ((i * 7) % 5) / 20);
	return { x, labels, shape: [count, size, size, 1] };
}

function freshModel(
	device: Device = cpuDevice(),
	norm: "batch" | "none" = "batch",
) {
	return unet({ ...config, norm }, { seed: 3, device });
}

function options(given: Partial<TrainOptions> = {}): TrainOptions {
	let drawn = 0;
	return {
		epochs: 2,
		stepsPerEpoch: 3,
		nextBatch: () => stripes(drawn++),
		validBatches: () => [stripes(50)],
		learningRate: 0.05,
		optimizer: sgd(),
		...given,
	};
}

async function values(tensors: NamedTensors): Promise<number[]> {
	const all = await Promise.all(Object.values(tensors).map((t) => t.data()));
	return all.flatMap((v) => [...v]);
}

function expectClose(found: number[], wanted: number[], digits: number): void {
	expect(found.length).toBe(wanted.length);
	found.forEach((v, i) => {
		expect(v).toBeCloseTo(wanted[i], digits);
	});
}

/** The weights after each of so many steps of plain descent. */
async function path(steps: number): Promise<number[][]> {
	const found: number[][] = [];
	for (let n = 0; n <= steps; n++) {
		const model = freshModel();
		if (n > 0) await train(model, options({ epochs: 1, stepsPerEpoch: n }));
		found.push(await values(model.params));
	}
	return found;
}

describe("accumulate", () => {
	test("parts of a batch give the step of the whole", async () => {
		const [whole, parts] = [1, 2].map(() => freshModel(cpuDevice(), "none"));
		const losses: number[][] = [];
		for (const [model, accumulate] of [
			[whole, 1],
			[parts, 4],
		] as const) {
			const own: number[] = [];
			losses.push(own);
			await train(
				model,
				options({
					accumulate,
					onStep: ({ loss }) => {
						own.push(loss);
					},
				}),
			);
		}
		expectClose(losses[1], losses[0], 12);
		expectClose(await values(parts.params), await values(whole.params), 12);
	});

	test("each part's moments are taken into the running ones", async () => {
		const at = { epochs: 1, stepsPerEpoch: 1, accumulate: 2 };
		const model = freshModel();
		await train(model, options({ ...at, learningRate: 1e-30 }));
		const { x, labels } = stripes(0);
		const half = (i: number): LabelledBatch => ({
			x: x.subarray(128 * i, 128 * (i + 1)),
			labels: labels.subarray(128 * i, 128 * (i + 1)),
			shape: [2, 8, 8, 1],
		});
		const other = freshModel();
		let next = 0;
		await train(
			other,
			options({
				epochs: 1,
				stepsPerEpoch: 2,
				learningRate: 1e-30,
				nextBatch: () => half(next++),
			}),
		);
		expectClose(await values(model.state), await values(other.state), 12);
	});

	test("a batch that it does not divide is refused", async () => {
		const run = train(freshModel(), options({ accumulate: 3 }));
		await expect(run).rejects.toThrow(
			"a batch of 4 images has no 3 equal parts; accumulate must divide it",
		);
	});
});

describe("average", () => {
	test("the model has the moving average of the weights that are trained", async () => {
		const steps = await path(6);
		const average = 0.25;
		let wanted = steps[0];
		steps.slice(1).forEach((weights, i) => {
			const decay = Math.min(average, (2 + i) / (11 + i));
			wanted = wanted.map((v, k) => decay * v + (1 - decay) * weights[k]);
		});
		const model = freshModel();
		const { state } = await train(model, options({ average }));
		expectClose(await values(state.weights ?? {}), steps[6], 12);
		expectClose(await values(model.params), wanted, 12);
	});

	test("goes on from a checkpoint, whose weights are the average", async () => {
		const whole = freshModel();
		await train(whole, options({ average: 0.9 }));
		const given = options({ average: 0.9 });
		const model = freshModel();
		const { state } = await train(model, { ...given, epochs: 1 });
		const bytes = await encodeCheckpoint(model, { training: state });
		const loaded = loadModel(bytes, "x", { device: cpuDevice() });
		expectClose(
			await values(loaded.model.params),
			await values(model.params),
			6,
		);
		await train(loaded.model, { ...given, resume: loaded.training });
		expectClose(
			await values(loaded.model.params),
			await values(whole.params),
			5,
		);

		const { training: resume } = loadModel(bytes, "x", { device: cpuDevice() });
		await expect(train(freshModel(), options({ resume }))).rejects.toThrow(
			"with an average of weights; give average as it was",
		);
	});
});

/** Validation whose labels are right at call `peak`, and less so the further from it. */
function fading(peak: number) {
	let calls = 0;
	return () => {
		const wrong = Math.abs(++calls - peak);
		const batch = stripes(7);
		const labels = batch.labels.map((k, i) =>
			i % 6 < wrong ? (k + 1) % 3 : k,
		);
		return [{ ...batch, labels }];
	};
}

describe("the best epoch", () => {
	test.each(["miou", "loss"] as const)(
		"training ends when the patience for a better %s is out, with the best weights",
		async (monitor) => {
			const model = freshModel();
			// Trained first, so that the validation above means what it says.
			await train(model, options({ epochs: 20, learningRate: 0.3 }));
			const seen: { best: boolean; weights: number[] }[] = [];
			const { outOfPatience, stopped, state } = await train(model, {
				...options({ epochs: 30, monitor, patience: 2, restoreBest: true }),
				validBatches: fading(3),
				async onEpoch({ best }) {
					const weights = await values({ ...model.params, ...model.state });
					seen.push({ best, weights });
				},
			});
			expect({ outOfPatience, stopped }).toEqual({
				outOfPatience: true,
				stopped: false,
			});
			expect(seen.map(({ best }) => best)).toEqual([
				true,
				true,
				true,
				false,
				false,
			]);
			expect(state).toMatchObject({ epoch: 5, sinceBest: 2 });
			const restored = await values({ ...model.params, ...model.state });
			expect(restored).toEqual(seen[2].weights);
			expect(restored).not.toEqual(seen[4].weights);

			const again = await train(model, {
				...options({ epochs: 30, monitor, patience: 2, resume: state }),
			});
			expect(again.state.epoch).toBe(5);
		},
	);

	test.each<[Partial<TrainOptions>, string]>([
		[{ patience: 0 }, "patience is 0"],
		[{ accumulate: 1.5 }, "accumulate is 1.5"],
		[{ average: 1 }, "average is 1; it must be a decay between 0 and 1"],
	])("%j is refused", async (given, reason) => {
		const run = train(freshModel(), options(given));
		await expect(run).rejects.toThrow(ConfigError);
		await expect(run).rejects.toThrow(reason);
	});

	test("patience without validation is refused", async () => {
		const { validBatches: _, ...given } = options({ patience: 1 });
		await expect(train(freshModel(), given)).rejects.toThrow(
			"patience needs validBatches",
		);
	});
});

await describeOnDevices((device) => {
	test("captured steps accumulate, average and restore as the CPU does", async () => {
		const results: number[][] = [];
		for (const on of [cpuDevice(), device()]) {
			const model = freshModel(on);
			const best: number[][] = [];
			const { state } = await train(model, {
				...options({ accumulate: 2, average: 0.5, restoreBest: true }),
				epochs: 3,
				monitor: "loss",
				validBatches: fading(1),
				async onEpoch(report) {
					if (report.best) best.push(await values(model.params));
				},
			});
			expect(await values(model.params)).toEqual(best.at(-1));
			results.push([
				...(await values(model.params)),
				...(await values(model.state)),
				...(await values(state.weights ?? {})),
			]);
		}
		expectClose(results[1], results[0], 4);
	});
});
