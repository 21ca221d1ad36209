import { describe, expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	type Tensor,
	tensor,
	valueAndGrad,
} from "../../src/engine/index.ts";
import {
	type CrossEntropyOptions,
	oneHot,
	sigmoidCrossEntropy,
	softmaxCrossEntropy,
} from "../../src/kernels/index.ts";
import {
	diceLoss,
	jaccardLoss,
	type Loss,
	targetLoss,
	tverskyLoss,
	weightedSum,
} from "../../src/unet/losses.ts";
import { describeOnDevices } from "../gpu.ts";

const IGNORE = 255;
const cpu = cpuDevice();
const scores = [
	[0.5, -1, 2],
	[1, 0.25, -0.5],
	[-2, 0, 1],
	[3, 1, 1.5],
	[0, 0.5, -1],
];
const classes = Int32Array.of(2, 0, IGNORE, 1, 0);

const softmaxOf = (row: readonly number[]) => {
	const e = row.map(Math.exp);
	const sum = e.reduce((a, b) => a + b);
	return e.map((v) => v / sum);
};
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const focal: Loss = (logits, labels, options) =>
	softmaxCrossEntropy(logits, labels, { ...options, gamma: 2 });
const smoothed: Loss = (logits, labels, options) =>
	softmaxCrossEntropy(logits, labels, { ...options, smoothing: 0.1 });
const losses: [string, Loss][] = [
	["softmaxCrossEntropy", softmaxCrossEntropy],
	[
		"softmaxCrossEntropy, summed",
		(x, y, o) => softmaxCrossEntropy(x, y, { ...o, reduction: "sum" }),
	],
	["softmaxCrossEntropy, smoothed", smoothed],
	["softmaxCrossEntropy, focal", focal],
	[
		"targetLoss",
		targetLoss([
			[0, 0.2, 1],
			[1, 0.9, 0.5],
			[0.5, 0, 0],
		]),
	],
	["diceLoss", diceLoss()],
	["jaccardLoss", jaccardLoss()],
	["tverskyLoss", tverskyLoss({ smooth: 0.01 })],
	["weightedSum", weightedSum([0.5, softmaxCrossEntropy], [2, diceLoss()])],
];

/** Loss and its gradient on a device. */
async function run(
	loss: Loss,
	labels: Int32Array,
	device: Device = cpu,
	options: { weights?: number[]; ignore?: number; x?: number[][] } = {},
): Promise<{ value: number; grads: number[] }> {
	const { x = scores, weights, ignore = IGNORE } = options;
	const { value, grads } = valueAndGrad((logits: Tensor) =>
		loss(logits, tensor(labels, [labels.length], { device }), {
			ignore,
			weights: weights && tensor(weights, [3], { device }),
		}),
	)(tensor(x, undefined, { device }));
	return { value: await value.item(), grads: [...(await grads.data())] };
}

async function ignoredPixels(loss: Loss, device: Device): Promise<void> {
	const some = await run(loss, classes, device);
	expect(some.value).toBeGreaterThan(0);
	expect(some.grads.slice(6, 9).map(Math.abs)).toEqual([0, 0, 0]);
	expect(some.grads[0]).not.toBe(0);
	const without = await run(
		loss,
		classes.filter((k) => k !== IGNORE),
		device,
		{
			x: scores.filter((_, i) => i !== 2),
		},
	);
	expect(some.value).toBeCloseTo(without.value, 6);
	const all = await run(loss, new Int32Array(5).fill(IGNORE), device);
	expect(Math.abs(all.value)).toBe(0);
	expect(all.grads.map(Math.abs)).toEqual(new Array(15).fill(0));
}

async function wrongLabel(loss: Loss, device: Device): Promise<void> {
	const { value } = await run(loss, Int32Array.of(0, 1, 2, 3, 0), device);
	expect(value).toBeNaN();
}

test.each(losses)("%s: ignored pixels", (_, loss) => ignoredPixels(loss, cpu));
test.each(losses)("%s: no such class", (_, loss) => wrongLabel(loss, cpu));

await describeOnDevices((device) => {
	test.each(losses)("%s: ignored pixels", (_, loss) =>
		ignoredPixels(loss, device()),
	);
	test.each(losses)("%s: no such class", (_, loss) =>
		wrongLabel(loss, device()),
	);
});

test.each(losses)(
	"%s: gradient is that of finite differences",
	async (_, loss) => {
		const options = { weights: [0.5, 2, 1] };
		const { grads } = await run(loss, classes, cpu, options);
		for (const i of [0, 5, 9, 14]) {
			const at = async (h: number) => {
				const x = scores.map((row) => [...row]);
				x[Math.floor(i / 3)][i % 3] += h;
				return (await run(loss, classes, cpu, { ...options, x })).value;
			};
			const numeric = ((await at(1e-5)) - (await at(-1e-5))) / 2e-5;
			expect(grads[i]).toBeCloseTo(numeric, 7);
		}
	},
);

test.each(losses)("%s: the ignored label may be a class", async (_, loss) => {
	const labels = Int32Array.of(2, 0, 1, 1, 0);
	const { grads } = await run(loss, labels, cpu, { ignore: 1 });
	expect(grads.slice(6, 12).map(Math.abs)).toEqual(new Array(6).fill(0));
	expect(grads[0]).not.toBe(0);
});

/** Soft counts of a class over the pixels that count. */
function counts(k: number): { tp: number; fp: number; fn: number } {
	let [tp, fp, fn] = [0, 0, 0];
	classes.forEach((label, i) => {
		if (label === IGNORE) return;
		const p = softmaxOf(scores[i])[k];
		if (label === k) tp += p;
		else fp += p;
		if (label === k) fn += 1 - p;
	});
	return { tp, fp, fn };
}

test("Dice, Jaccard and Tversky from soft counts", async () => {
	const average = (f: (c: ReturnType<typeof counts>) => number) =>
		[0, 1, 2].reduce((s, k) => s + f(counts(k)) / 3, 0);
	const { value: dice } = await run(diceLoss({ smooth: 0.4 }), classes);
	expect(dice).toBeCloseTo(
		average(({ tp, fp, fn }) => 1 - (2 * tp + 0.4) / (2 * tp + fp + fn + 0.4)),
		12,
	);
	const { value: jaccard } = await run(jaccardLoss({ smooth: 0.4 }), classes);
	expect(jaccard).toBeCloseTo(
		average(({ tp, fp, fn }) => 1 - (tp + 0.4) / (tp + fp + fn + 0.4)),
		12,
	);
	const tversky = tverskyLoss({ alpha: 0.2, beta: 0.9, smooth: 0.4 });
	expect((await run(tversky, classes)).value).toBeCloseTo(
		average(
			({ tp, fp, fn }) => 1 - (tp + 0.4) / (tp + 0.2 * fp + 0.9 * fn + 0.4),
		),
		12,
	);
});

test("Dice with class weights is their weighted mean", async () => {
	const weights = [1, 0, 3];
	const { value } = await run(diceLoss(), classes, cpu, { weights });
	const [a, , c] = [0, 1, 2].map((k) => {
		const { tp, fp, fn } = counts(k);
		return (fp + fn) / (2 * tp + fp + fn + 1);
	});
	expect(value).toBeCloseTo((a + 3 * c) / 4, 12);
});

test("focal loss of Lin et al., and label smoothing of PyTorch, by hand", async () => {
	const p = scores.map((row, i) => softmaxOf(row)[classes[i]]);
	const counted = p.filter((_, i) => classes[i] !== IGNORE);
	const mean = counted.reduce((s, v) => s - (1 - v) ** 2 * Math.log(v), 0) / 4;
	expect((await run(focal, classes)).value).toBeCloseTo(mean, 12);
	const w = [0.5, 2, 1];
	let loss = 0;
	let total = 0;
	classes.forEach((label, i) => {
		if (label === IGNORE) return;
		total += w[label];
		softmaxOf(scores[i]).forEach((v, k) => {
			const target = 0.1 / 3 + (k === label ? 0.9 : 0);
			loss -= w[k] * target * Math.log(v);
		});
	});
	const { value } = await run(smoothed, classes, cpu, { weights: w });
	expect(value).toBeCloseTo(loss / total, 12);
});

describe("shares of each class instead of class numbers", () => {
	const x = tensor(scores, undefined, { device: cpu });
	const labels = tensor(Int32Array.of(2, 0, 1, 1, 0), [5], { device: cpu });
	const weights = tensor([0.5, 2, 1], [3], { device: cpu });

	test.each<[string, CrossEntropyOptions]>([
		["plain", {}],
		["smoothed", { smoothing: 0.2 }],
		["weighted sum", { reduction: "sum", weights }],
		["smoothed, weighted sum", { smoothing: 0.2, reduction: "sum", weights }],
	])("one-hot agrees: %s", async (_, options) => {
		const ofLabels = valueAndGrad((t: Tensor) =>
			softmaxCrossEntropy(t, labels, options),
		)(x);
		const shares = oneHot(labels, { classes: 3 });
		const ofShares = valueAndGrad((t: Tensor) =>
			softmaxCrossEntropy(t, shares, options),
		)(x);
		const loss = await ofShares.value.item();
		expect(loss).toBeCloseTo(await ofLabels.value.item(), 12);
		const expected = await ofLabels.grads.data();
		(await ofShares.grads.data()).forEach((g, i) => {
			expect(g).toBeCloseTo(expected[i], 12);
		});
	});

	test("a pixel without shares adds nothing, smoothed or not", async () => {
		const shares = tensor(
			[
				[0, 0, 0],
				[0.25, 0.75, 0],
			],
			undefined,
			{ device: cpu },
		);
		const two = tensor(scores.slice(0, 2), undefined, { device: cpu });
		const { value, grads } = valueAndGrad((t: Tensor) =>
			softmaxCrossEntropy(t, shares, { smoothing: 0.3 }),
		)(two);
		const p = softmaxOf(scores[1]);
		const loss = [0.275, 0.625, 0.1].reduce(
			(s, t, k) => s - t * Math.log(p[k]),
			0,
		);
		expect(await value.item()).toBeCloseTo(loss / 2, 12);
		expect([...(await grads.data())].slice(0, 3).map(Math.abs)).toEqual([
			0, 0, 0,
		]);
	});

	test.each<[CrossEntropyOptions, string]>([
		[{ ignore: 1 }, "ignore and gamma need labels of class numbers"],
		[{ gamma: 2 }, "ignore and gamma need labels of class numbers"],
		[{ smoothing: 2 }, "smoothing 2 must be in 0..1"],
	])("%j is rejected", (options, reason) => {
		expect(() => softmaxCrossEntropy(x, x, options)).toThrow(reason);
	});

	test("class numbers as f32 are rejected", () => {
		const wrong = tensor([0, 1, 2, 0, 1], [5], { device: cpu });
		expect(() => softmaxCrossEntropy(x, wrong)).toThrow(
			"labels [5] (f32) must be shares of each class, shaped like logits [5,3]; class numbers must be i32",
		);
	});
});

describe("sigmoidCrossEntropy", async () => {
	const x = [-3, 0, 0.5, 200, -200, 1];
	const truth = [0, 1, 1, 1, 0, 0];
	const logits = (device: Device) => tensor(x, [2, 3, 1], { device });

	async function byHand(device: Device): Promise<void> {
		const labels = tensor(Int32Array.from(truth), [2, 3], { device });
		const shares = tensor(Float64Array.from(truth), [2, 3, 1], { device });
		for (const target of [labels, shares]) {
			const { value, grads } = valueAndGrad((t: Tensor) =>
				sigmoidCrossEntropy(t, target),
			)(logits(device));
			const loss = x.reduce(
				(s, v, i) => s + Math.log1p(Math.exp(truth[i] ? -v : v)) / 6,
				0,
			);
			expect(await value.item()).toBeCloseTo(loss, 6);
			(await grads.data()).forEach((g, i) => {
				expect(g).toBeCloseTo((sigmoid(x[i]) - truth[i]) / 6, 6);
			});
			expect(grads.shape).toEqual([2, 3, 1]);
		}
	}
	test("by hand, also where exp overflows", () => byHand(cpu));
	await describeOnDevices((device) => {
		test("by hand, also where exp overflows", () => byHand(device()));
	});

	test("pos_weight of PyTorch's BCEWithLogitsLoss", async () => {
		const shares = tensor([0.25, 1, 0], [3], { device: cpu });
		const weights = tensor([1, 5], [2], { device: cpu });
		const loss = sigmoidCrossEntropy(
			tensor([2, -1, 0.5], [3], { device: cpu }),
			shares,
			{ weights },
		);
		const p = [2, -1, 0.5].map(sigmoid);
		const expected =
			-(0.25 * 5 * Math.log(p[0]) + 0.75 * Math.log(1 - p[0])) -
			5 * Math.log(p[1]) -
			Math.log(1 - p[2]);
		expect(await loss.item()).toBeCloseTo(expected / 3, 12);
	});

	test("ignored pixels get gradient 0; all ignored give 0", async () => {
		const labels = (...v: number[]) =>
			tensor(Int32Array.from(v), [2, 3], { device: cpu });
		const both = (target: Tensor) =>
			valueAndGrad((t: Tensor) =>
				sigmoidCrossEntropy(t, target, { ignore: IGNORE }),
			)(logits(cpu));
		const some = await both(labels(IGNORE, 1, 1, IGNORE, 0, 0)).grads.data();
		expect([some[0], some[3]].map(Math.abs)).toEqual([0, 0]);
		expect(some[1]).toBeCloseTo(-0.5 / 4, 12);
		const none = both(labels(...new Array(6).fill(IGNORE)));
		expect(await none.value.item()).toBe(0);
		expect([...(await none.grads.data())].map(Math.abs)).toEqual(
			new Array(6).fill(0),
		);
	});

	test("labels of another count are rejected", () => {
		const labels = tensor(Int32Array.of(1, 0), [2], { device: cpu });
		expect(() => sigmoidCrossEntropy(logits(cpu), labels)).toThrow(
			"labels [2] must have a label per element of logits [2,3,1]",
		);
	});
});

test("targetLoss is PyTorch's BCEWithLogitsLoss of each output, by the weights of the classes", async () => {
	const targets = [
		[0, 0.25, 1],
		[1, 0.75, 0],
		[0.5, 0, 0],
	];
	const weights = [0.5, 2, 1];
	let [sum, total] = [0, 0];
	scores.forEach((row, i) => {
		if (classes[i] === IGNORE) return;
		const w = weights[classes[i]];
		total += w;
		for (const [c, x] of row.entries()) {
			const t = targets[classes[i]][c];
			const [p, q] = [sigmoid(x), sigmoid(-x)];
			sum -= (w * (t * Math.log(p) + (1 - t) * Math.log(q))) / row.length;
		}
	});
	const { value } = await run(targetLoss(targets), classes, cpu, { weights });
	expect(value).toBeCloseTo(sum / total, 12);
	// A mask of a single output, where exp overflows.
	const x = [-3, 0, 0.5, 200, -200, 1].map((v) => [v]);
	const labels = Int32Array.of(0, 1, IGNORE, 1, 0, 1);
	const mask = await run(targetLoss([[0], [1]]), labels, cpu, { x });
	const options = { ignore: IGNORE };
	const expected = sigmoidCrossEntropy(
		tensor(x, undefined, { device: cpu }),
		tensor(labels, [6], { device: cpu }),
		options,
	);
	expect(mask.value).toBeCloseTo(await expected.item(), 12);
});

test.each([{ smooth: 0 }, { alpha: -1 }, { beta: Number.NaN }])(
	"tverskyLoss: %j is rejected",
	(options) => {
		expect(() => tverskyLoss(options)).toThrow("tverskyLoss: alpha");
	},
);

test("weightedSum of nothing is rejected", () => {
	expect(() => weightedSum()).toThrow("there is no loss");
});
