import {
	conv2d,
	cpuDevice,
	type Device,
	type HostArray,
	mul,
	sum,
	type Tensor,
	tensor,
	valueAndGrad,
} from "../index.ts";
import type { Reporter } from "./reporter.ts";

/** Largest relative error (root of summed squares) that float32 explains here. */
const TOLERANCE = 1e-5;

const SHAPES = {
	x: [2, 13, 17, 5],
	w: [3, 3, 5, 11],
	b: [11],
	covector: [2, 13, 17, 11],
} as const;

/** Holds one convolution and its gradients on the device to the CPU reference. Returns whether it was stopped. */
export async function runCheck(
	reporter: Reporter,
	device: Device,
): Promise<boolean> {
	const [found, expected] = await Promise.all([
		convolution(device),
		convolution(cpuDevice()),
	]);
	const results = Object.keys(expected).map((op) => {
		const error = relativeError(found[op], expected[op]);
		return { op, error, ok: error <= TOLERANCE };
	});
	await reporter.send({ type: "check", results });
	return reporter.signal.aborted;
}

async function convolution(device: Device): Promise<Record<string, HostArray>> {
	let seed = 1;
	const random = () => {
		// Numerical Recipes' linear congruential generator: any numbers will do.
		seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
		return Math.fround(seed / 2 ** 31 - 1);
	};
	const draw = (shape: readonly number[]) => {
		const size = shape.reduce((a, b) => a * b, 1);
		const values = Float32Array.from({ length: size }, random);
		return tensor(values, shape, { device });
	};
	const params = { x: draw(SHAPES.x), w: draw(SHAPES.w), b: draw(SHAPES.b) };
	const covector = draw(SHAPES.covector);
	const step = valueAndGrad(({ x, w, b }: Record<"x" | "w" | "b", Tensor>) => {
		const y = conv2d(x, w, b, { padding: "same" });
		return { loss: sum(mul(y, covector)), y };
	});
	const { value, grads } = step(params);
	const [y, dx, dw, db] = await Promise.all(
		[value.y, grads.x, grads.w, grads.b].map((t) => t.data()),
	);
	return {
		conv2d: y,
		conv2dInputGrad: dx,
		conv2dWeightGrad: dw,
		"bias gradient": db,
	};
}

function relativeError(found: HostArray, expected: HostArray): number {
	let difference = 0;
	let total = 0;
	for (let i = 0; i < expected.length; i++) {
		difference += (found[i] - expected[i]) ** 2;
		total += expected[i] ** 2;
	}
	const error = Math.sqrt(difference / total);
	// JSON has no NaN.
	return Number.isFinite(error) ? error : Number.MAX_VALUE;
}
