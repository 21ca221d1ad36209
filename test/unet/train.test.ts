import { describe, expect, test, vi } from "vitest";
import { cpuDevice, tensor } from "../../src/engine/index.ts";
import {
	ConfigError,
	diceLoss,
	type EpochReport,
	encodeCheckpoint,
	evaluate,
	forward,
	type LabelledBatch,
	loadModel,
	type Model,
	meanIou,
	NumericError,
	predict,
	type StepReport,
	sgd,
	type TrainOptions,
	train,
	unet,
} from "../../src/unet/index.ts";

const IGNORE = 255;
const config = { inChannels: 1, classes: 3, base: 4, depth: 1, convs: 1 };

/** A bright square and a dark one on gray, in places that depend on `seed`; every ninth pixel is ignored. */
function squares(seed: number, count = 2, size = 8): LabelledBatch {
	const x = new Float32Array(count * size * size).fill(0.5);
	const labels = new Uint8Array(x.length);
	for (let n = 0; n < count; n++) {
		for (const k of [1, 2]) {
			const top = (seed + n + 3 * k) % (size - 3);
			const left = k === 1 ? 0 : size - 3;
			for (let i = 0; i < 9; i++) {
				const row = top + Math.floor(i / 3);
				const at = (n * size + row) * size + left + (i % 3);
				x[at] = k - 1;
				labels[at] = k;
			}
		}
	}
	for (let i = 0; i < labels.length; i += 9) labels[i] = IGNORE;
	return { x, labels, shape: [count, size, size, 1] };
}

/** A model on its own CPU device, so that live tensors can be counted. */
function freshModel(seed = 1): Model {
	return unet(config, { seed, device: cpuDevice() });
}

/** Options of a short training on changing batches. */
function options(given: Partial<TrainOptions> = {}): TrainOptions {
	let drawn = 0;
	return {
		epochs: 2,
		stepsPerEpoch: 3,
		nextBatch: () => squares(drawn++),
		validBatches: () => [squares(50), squares(51, 1)],
		learningRate: 0.01,
		...given,
	};
}

async function values(model: Model): Promise<number[]> {
	const all = Object.values({ ...model.params, ...model.state });
	return (await Promise.all(all.map((t) => t.data()))).flatMap((v) => [...v]);
}

describe("evaluate", () => {
	test("loss and confusion are those counted from predict's scores", async () => {
		const model = freshModel();
		const classWeights = [0.5, 2, 3];
		const batches = [squares(1), squares(2, 1)];
		let loss = 0;
		let weight = 0;
		const confusion = [0, 1, 2].map(() => [0, 0, 0]);
		for (const { x, labels, shape } of batches) {
			const { device } = model;
			const scores = await predict(model, tensor(x, shape, { device })).data();
			labels.forEach((label, i) => {
				if (label === IGNORE) return;
				const s = [...scores.subarray(3 * i, 3 * i + 3)];
				confusion[label][s.indexOf(Math.max(...s))]++;
				loss -= classWeights[label] * Math.log(s[label]);
				weight += classWeights[label];
			});
		}
		const found = await evaluate(model, batches, { classWeights });
		expect(found.confusion).toEqual(confusion);
		expect(found.loss).toBeCloseTo(loss / weight, 12);
	});

	test("a set in which every pixel is ignored has loss 0 and no class", async () => {
		const batch = squares(1);
		batch.labels.fill(IGNORE);
		const { loss, confusion } = await evaluate(freshModel(), [batch]);
		expect(loss).toBe(0);
		expect(meanIou(confusion)).toBeNull();
	});

	test("class weights of another number of classes are rejected", async () => {
		const run = evaluate(freshModel(), [], { classWeights: [1, 2] });
		await expect(run).rejects.toThrow(
			"class weights 1, 2 do not fit; give 3 numbers",
		);
	});
});

describe("train", () => {
	test("overfits one batch to a loss below 0.01", async () => {
		const model = freshModel();
		const losses: number[] = [];
		await train(
			model,
			options({
				epochs: 1,
				stepsPerEpoch: 150,
				nextBatch: () => squares(0),
				learningRate: 0.05,
				onStep: ({ loss }) => {
					losses.push(loss);
				},
			}),
		);
		expect(losses[0]).toBeGreaterThan(0.5);
		expect(losses.at(-1)).toBeLessThan(0.01);
		const { confusion } = await evaluate(model, [squares(0)]);
		expect(meanIou(confusion)).toBe(1);
	});

	test("takes another optimizer at its own rate, and another loss", async () => {
		const model = freshModel();
		const found: StepReport[] = [];
		const { learningRate: _, ...given } = options({
			epochs: 1,
			stepsPerEpoch: 40,
		});
		const { state } = await train(model, {
			...given,
			nextBatch: () => squares(0),
			optimizer: sgd({ momentum: 0.9, convention: "keras" }),
			loss: diceLoss(),
			onStep: (report) => {
				found.push(report);
			},
		});
		expect(found[0].learningRate).toBe(0.01);
		const losses = found.map((r) => r.loss);
		expect(losses[0]).toBeLessThan(1);
		expect(losses.at(-1)).toBeLessThan(losses[0] - 0.1);
		const loss = diceLoss();
		const { loss: after } = await evaluate(model, [squares(0)], { loss });
		expect(after).toBeLessThan(1);
		const more = train(model, { ...options(), resume: state });
		await expect(more).rejects.toThrow(ConfigError);
		await expect(more).rejects.toThrow(
			"the optimizer is adam (exp_avg,exp_avg_sq) but the state to go on from is of sgd (momentum_buffer)",
		);
	});

	test("clips the gradients", async () => {
		const model = freshModel();
		const before = await values(model);
		await train(model, {
			...options({ epochs: 1, stepsPerEpoch: 1, learningRate: 1 }),
			optimizer: sgd(),
			clip: { globalNorm: 1e-3 },
		});
		const params = Object.values(model.params).map((p) => p.data());
		const after = (await Promise.all(params)).flatMap((v) => [...v]);
		const squares = after.map((v, i) => (v - before[i]) ** 2);
		expect(Math.sqrt(squares.reduce((a, b) => a + b))).toBeCloseTo(1e-3, 12);
	});

	test("reports every step once, in order, after the next batch is under way", async () => {
		const events: string[] = [];
		const steps: StepReport[] = [];
		await train(
			freshModel(),
			options({
				nextBatch() {
					events.push("batch");
					return squares(0);
				},
				learningRate: (step) => 0.01 / (step + 1),
				onStep(report) {
					steps.push(report);
					events.push(`step ${report.step}`);
				},
				onEpoch({ epoch }) {
					events.push(`epoch ${epoch}`);
				},
			}),
		);
		const epoch = ["batch", "batch", "step 1", "batch", "step 2", "step 3"];
		expect(events).toEqual([...epoch, "epoch 1", ...epoch, "epoch 2"]);
		expect(steps.map((s) => s.learningRate)).toEqual(
			[1, 2, 3, 4, 5, 6].map((n) => 0.01 / n),
		);
		expect(steps.map((s) => s.epoch)).toEqual([1, 1, 1, 2, 2, 2]);
	});

	test("an epoch's report has the mean loss, the validation and whether it is the best", async () => {
		const model = freshModel();
		const losses: number[] = [];
		const reports: (EpochReport & { again: number })[] = [];
		await train(
			model,
			options({
				epochs: 6,
				learningRate: 0.05,
				onStep: ({ loss }) => {
					losses.push(loss);
				},
				async onEpoch(report) {
					const found = await evaluate(model, [squares(50), squares(51, 1)]);
					reports.push({ ...report, again: found.loss });
				},
			}),
		);
		let best = -1;
		expect(reports).toHaveLength(6);
		reports.forEach(({ trainLoss, validation, again, ...report }, i) => {
			const [a, b, c] = losses.slice(3 * i);
			expect(trainLoss).toBeCloseTo((a + b + c) / 3, 12);
			expect(validation?.loss).toBe(again);
			const miou = meanIou(validation?.confusion ?? []) ?? 0;
			expect(report.best).toBe(miou > best);
			best = Math.max(best, miou);
		});
		expect(reports.at(-1)?.state.best).toBe(best);
	});

	test("best is an mIoU above all before, not only above the last", async () => {
		// Without running moments, which move at any learning rate.
		const model = unet({ ...config, norm: "none" }, { device: cpuDevice() });
		const { x, shape } = squares(7);
		const { device } = model;
		const scores = await predict(model, tensor(x, shape, { device })).data();
		/** Truth that agrees with the untrained model but for the first pixels. */
		const truth = (wrong: number) =>
			Uint8Array.from({ length: 128 }, (_, i) => {
				const s = [...scores.subarray(3 * i, 3 * i + 3)];
				const k = s.indexOf(Math.max(...s));
				return i < wrong ? (k + 1) % 3 : k;
			});
		const wrong = [64, 10, 40, 20, 5];
		const found: boolean[] = [];
		let epoch = 0;
		await train(
			model,
			options({
				epochs: 5,
				stepsPerEpoch: 1,
				// Too small to change the predictions.
				learningRate: 1e-30,
				nextBatch: () => ({ x, labels: truth(0), shape }),
				validBatches: () => [{ x, labels: truth(wrong[epoch++]), shape }],
				onEpoch: ({ best }) => {
					found.push(best);
				},
			}),
		);
		expect(found).toEqual([true, true, false, false, true]);
	});

	test("a signal ends it after the step under way; resumed, it ends as if never stopped", async () => {
		const whole = freshModel();
		const wholeReports: EpochReport[] = [];
		await train(
			whole,
			options({
				onEpoch(r) {
					wholeReports.push({ ...r });
				},
			}),
		);

		const model = freshModel();
		const stop = new AbortController();
		const given = options();
		const onEpoch = vi.fn();
		const first = await train(model, {
			...given,
			signal: stop.signal,
			onEpoch,
			onStep({ epoch, step }) {
				if (epoch === 2 && step === 1) stop.abort();
			},
		});
		expect(first.stopped).toBe(true);
		// The loss of step 1 is known while step 2 is at work.
		expect(first.state).toMatchObject({ epoch: 1, step: 2 });
		expect(onEpoch).toHaveBeenCalledTimes(1);

		const last = await train(model, {
			...given,
			resume: first.state,
			onEpoch,
		});
		expect(last.stopped).toBe(false);
		expect(await values(model)).toEqual(await values(whole));
		expect(onEpoch.mock.lastCall?.[0].trainLoss).toBe(
			wholeReports.at(-1)?.trainLoss,
		);
	});

	test("from a checkpoint within an epoch it ends as if never broken off", async () => {
		const whole = freshModel();
		const made: { bytes: Uint8Array; drawn: number }[] = [];
		const told: string[] = [];
		await train(whole, {
			...options(),
			checkpointEvery: 0,
			onStep: ({ epoch, step }) => void told.push(`${epoch}/${step}`),
			async onCheckpoint(training) {
				const { epoch, step } = training;
				// All losses so far have been told.
				expect(told.at(-1)).toBe(`${epoch + 1}/${step}`);
				const bytes = await encodeCheckpoint(whole, { training });
				made.push({ bytes, drawn: told.length });
			},
		});
		// Three steps have two places between them, and there are two epochs.
		expect(made.map(({ drawn }) => drawn)).toEqual([1, 2, 4, 5]);
		const final = await values(whole);
		for (const { bytes, drawn } of made) {
			const { model, training } = loadModel(bytes, "it", {
				device: cpuDevice(),
			});
			let n = drawn;
			const nextBatch = () => squares(n++);
			await train(model, { ...options({ nextBatch }), resume: training });
			const off = (await values(model)).map((v, i) => Math.abs(v - final[i]));
			// The CPU device computes in float64; the file has float32.
			expect(Math.max(...off)).toBeLessThan(1e-5);
		}
	});

	test("a signal during the validation ends it before the epoch is closed", async () => {
		const stop = new AbortController();
		const onEpoch = vi.fn();
		const { stopped, state } = await train(
			freshModel(),
			options({
				signal: stop.signal,
				onEpoch,
				*validBatches() {
					yield squares(1);
					stop.abort();
					yield squares(2);
				},
			}),
		);
		expect(stopped).toBe(true);
		expect(state).toMatchObject({ epoch: 0, step: 3 });
		expect(onEpoch).not.toHaveBeenCalled();
	});

	test("weights that the last step broke are found by the validation, before onEpoch", async () => {
		const onEpoch = vi.fn();
		const run = train(
			freshModel(),
			options({ stepsPerEpoch: 1, learningRate: 1e300, onEpoch }),
		);
		await expect(run).rejects.toThrow(NumericError);
		await expect(run).rejects.toThrow(/validation loss is .* after epoch 1/);
		expect(onEpoch).not.toHaveBeenCalled();
	});

	test("goes on from a checkpoint as the interrupted run would have, to float32", async () => {
		const whole = freshModel();
		await train(whole, options());
		const model = freshModel();
		const given = options();
		const { state } = await train(model, { ...given, epochs: 1 });
		const bytes = await encodeCheckpoint(model, { training: state });
		const loaded = loadModel(bytes, "x", { device: cpuDevice() });
		expect(loaded.training?.optimizer.step).toBe(3);
		await train(loaded.model, { ...given, resume: loaded.training });
		const expected = await values(whole);
		(await values(loaded.model)).forEach((v, i) => {
			expect(v).toBeCloseTo(expected[i], 4);
		});
	});

	test("a loss that is not finite throws, naming epoch and step, before onEpoch", async () => {
		let drawn = 0;
		const onEpoch = vi.fn();
		const run = train(
			freshModel(),
			options({
				onEpoch,
				nextBatch() {
					const batch = squares(0);
					// The last step of an epoch: nothing comes after it that would wait for its loss.
					if (++drawn === 6) batch.x[5] = Number.NaN;
					return batch;
				},
			}),
		);
		await expect(run).rejects.toThrow(NumericError);
		await expect(run).rejects.toThrow("the loss is NaN in epoch 2, step 3");
		expect(onEpoch).toHaveBeenCalledTimes(1);
	});

	test("an error of nextBatch passes through", async () => {
		let drawn = 0;
		const run = train(
			freshModel(),
			options({
				nextBatch() {
					if (++drawn === 2) throw new Error("disk gone");
					return squares(0);
				},
			}),
		);
		await expect(run).rejects.toThrow("disk gone");
	});

	test("a step takes its share of the batch's moments into the running ones", async () => {
		const model = unet(
			{ ...config, momentum: 0.75 },
			{ seed: 1, device: cpuDevice() },
		);
		const { x, shape } = squares(0);
		const before = forward(
			model,
			model.params,
			tensor(x, shape, { device: model.device }),
			{ training: true },
		);
		await train(model, options({ epochs: 1, stepsPerEpoch: 1 }));
		for (const [name, batch] of Object.entries(before.moments)) {
			const values = await batch.data();
			const half = values.length / 2;
			(await model.state[name].data()).forEach((v, i) => {
				// They start as mean 0 and variance 1.
				const start = i < half ? 0 : 1;
				expect(v).toBeCloseTo(0.75 * start + 0.25 * values[i], 12);
			});
		}
	});

	test("two hundred steps leave no tensor behind", async () => {
		const model = unet(
			{ ...config, base: 1, depth: 1 },
			{ device: cpuDevice() },
		);
		const { stats } = model.device;
		const live: number[] = [];
		await train(
			model,
			options({
				epochs: 10,
				stepsPerEpoch: 20,
				nextBatch: () => squares(0, 1, 6),
				classWeights: [1, 2, 2],
				onEpoch() {
					live.push(stats.liveBuffers);
				},
			}),
		);
		expect(new Set(live).size).toBe(1);
		const { params, state } = model;
		const kept = 3 * Object.keys(params).length + Object.keys(state).length;
		expect(stats.liveBuffers).toBe(kept);
	});

	test.each<[Partial<TrainOptions>, string]>([
		[{ learningRate: 0 }, "learning rate 0"],
		[{ learningRate: -1 }, "learning rate -1"],
		[{ learningRate: Number.NaN }, "learning rate NaN"],
		[{ learningRate: () => Number.NaN }, "learning rate NaN at step 0"],
		[{ epochs: 0 }, "epochs is 0"],
		[{ stepsPerEpoch: 1.5 }, "stepsPerEpoch is 1.5"],
		[{ classWeights: [1, -1, 1] }, "class weights 1, -1, 1"],
		[{ clip: { norm: 0 } }, 'clip {"norm":0} must be one of'],
	])("%j is rejected", async (given, reason) => {
		const run = train(freshModel(), options(given));
		await expect(run).rejects.toThrow(ConfigError);
		await expect(run).rejects.toThrow(reason);
	});
});
