import type { HostTensor, Layout, Library } from "./library.ts";
import { firstWeights, type StepForm, scores } from "./nets.ts";
import { classNumbers, symmetric, uniform } from "./numbers.ts";
import steps from "./steps.json";

/** Something that every library computes from the same numbers. */
export type Workload = OpWorkload | StepWorkload;

/** Calls of one op; what they return is compared. */
export interface OpWorkload {
	readonly kind: "op";
	readonly name: string;
	/** Operations of the definition, a multiplication and an addition being two. */
	readonly flops?: number;
	readonly outputs: readonly Layout[];
	inputs(): HostTensor[];
	compute<T>(library: Library<T>, inputs: T[]): T[];
}

/** Training steps; their losses are compared. */
export interface StepWorkload {
	readonly kind: "step";
	readonly name: string;
	/** Minutes on a software adapter: measured there when asked for. */
	readonly heavy: boolean;
	params(): HostTensor[];
	batch(): [x: HostTensor, labels: HostTensor];
	loss<T>(library: Library<T>, params: T[], x: T, labels: T): T;
}

const BATCH = 4;
const X_SEED = 1000;
const W_SEED = 1001;
const DY_SEED = 1002;

/** Whole steps first: they matter most when the time is short. */
export const workloads: readonly Workload[] = [
	...steps.map(stepWorkload),
	...[
		[64, 64, 64],
		[128, 3, 32],
		[128, 32, 32],
		[32, 128, 128],
		[16, 256, 256],
		[8, 512, 512],
	].flatMap(([size, from, to]) => convolutions(size, from, to)),
	...forwardAndBackward("transposed convolution 2x2", "64x64x64->32", {
		inputs: () => [
			image(64, 64),
			{
				layout: "transposedFilter",
				shape: [2, 2, 32, 64],
				values: symmetric(W_SEED, 2 * 2 * 32 * 64, 0.1),
			},
		],
		grads: ["image", "transposedFilter"],
		dy: () => image(128, 32, DY_SEED),
		compute: ({ ops }, [x, w]) => ops.convTranspose(x, w, undefined, 2),
	}),
	...forwardAndBackward("max pool 2x2", "128x128x32", {
		inputs: () => [image(128, 32)],
		grads: ["image"],
		dy: () => image(64, 32, DY_SEED),
		compute: ({ ops }, [x]) => ops.maxPool(x, 2),
	}),
	...forwardAndBackward("batch norm", "128x128x32", {
		inputs: () => [image(128, 32), vector(32, 1), vector(32, 2)],
		grads: ["image", "vector", "vector"],
		dy: () => image(128, 32, DY_SEED),
		compute: ({ ops }, [x, gamma, beta]) => ops.batchNorm(x, gamma, beta),
	}),
	...[3, 59].flatMap((classes) =>
		forwardAndBackward("cross-entropy", `128x128, ${classes} classes`, {
			inputs: () => [image(128, classes), labels(BATCH, 128, 128, classes)],
			grads: ["image"],
			compute: ({ ops }, [x, y]) => ops.crossEntropy(x, y),
		}),
	),
];

function stepWorkload(form: StepForm): StepWorkload {
	const { name, batch, height, width, channels, classes } = form;
	return {
		kind: "step",
		name: `step: ${name}`,
		heavy: form.heavy ?? false,
		params: () => firstWeights(form),
		batch: () => [
			{
				layout: "image",
				shape: [batch, height, width, channels],
				values: uniform(X_SEED, batch * height * width * channels),
			},
			labels(batch, height, width, classes),
		],
		loss: ({ ops }, params, x, y) =>
			ops.crossEntropy(scores(form, ops, params, x), y),
	};
}

function convolutions(size: number, from: number, to: number): OpWorkload[] {
	const w = (): HostTensor => ({
		layout: "filter",
		shape: [3, 3, from, to],
		values: symmetric(W_SEED, 9 * from * to, 0.1),
	});
	const x = () => image(size, from);
	const dy = () => image(size, to, DY_SEED);
	const of = `${size}x${size}x${from}->${to}`;
	const common = {
		kind: "op" as const,
		flops: 2 * BATCH * size * size * 9 * from * to,
	};
	return [
		{
			...common,
			name: `conv 3x3 forward ${of}`,
			outputs: ["image"],
			inputs: () => [x(), w()],
			compute: ({ ops }, [x, w]) => [ops.conv(x, w)],
		},
		{
			...common,
			name: `conv 3x3 input gradient ${of}`,
			outputs: ["image"],
			inputs: () => [dy(), w()],
			compute: (library, [dy, w]) => [library.convInputGrad(dy, w)],
		},
		{
			...common,
			name: `conv 3x3 weight gradient ${of}`,
			outputs: ["filter"],
			inputs: () => [x(), dy()],
			compute: (library, [x, dy]) => [library.convWeightGrad(x, dy, 3)],
		},
	];
}

/** A workload of the op alone, and one of the op and its gradients. */
function forwardAndBackward(
	op: string,
	of: string,
	{
		inputs,
		grads,
		dy,
		compute,
	}: {
		inputs(): HostTensor[];
		/** Layouts of the gradients, which are of the first inputs. */
		grads: Layout[];
		/** Of the output; absent when that is a loss. */
		dy?: () => HostTensor;
		compute<T>(library: Library<T>, inputs: T[]): T;
	},
): OpWorkload[] {
	const output = dy ? "image" : "scalar";
	return [
		{
			kind: "op",
			name: `${op} forward ${of}`,
			outputs: [output],
			inputs,
			compute: (library, all) => [compute(library, all)],
		},
		{
			kind: "op",
			name: `${op} forward and backward ${of}`,
			outputs: [output, ...grads],
			inputs: () => [...inputs(), ...(dy ? [dy()] : [])],
			compute(library, all) {
				const given = dy ? all.slice(0, -1) : all;
				const f = (...xs: typeof all) => compute(library, xs);
				return library.vjp(f, given, grads.length, dy && all.at(-1));
			},
		},
	];
}

function image(size: number, channels: number, seed = X_SEED): HostTensor {
	const shape = [BATCH, size, size, channels];
	const values = symmetric(seed, BATCH * size * size * channels, 1);
	return { layout: "image", shape, values };
}

function vector(channels: number, seed: number): HostTensor {
	const values = uniform(seed, channels);
	return { layout: "vector", shape: [channels], values };
}

function labels(
	batch: number,
	height: number,
	width: number,
	classes: number,
): HostTensor {
	const values = classNumbers(DY_SEED, batch * height * width, classes);
	return { layout: "labels", shape: [batch, height, width], values, classes };
}
