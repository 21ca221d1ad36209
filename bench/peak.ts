import {
	defineOp,
	type Op,
	release,
	single,
	tensor,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import { scale } from "../src/kernels/index.ts";
import kernel from "./peak-fma.wgsl";
import { profile } from "./profile.ts";

/** The most that an adapter was seen to do. */
export interface Peak {
	/** Of f32 multiply-adds in registers, a multiply-add being two operations. */
	readonly gflops: number;
	/** Of an elementwise kernel, bytes read and written. */
	readonly gbps: number;
}

const LANES = 1 << 16;
/** Multiply-adds of one round: twelve chains, unrolled by eight. */
const ROUND = 12 * 8;
const ELEMENTS = 1 << 22;
const REPEATS = 5;

/** Measures the best of some runs of a multiply-add kernel and of a copy. */
export async function measurePeak(device: WebgpuDevice): Promise<Peak> {
	const rounds = device.identity.software ? 32 : 1 << 11;
	const x = tensor([0.5, 0.25], [2], { device });
	const large = tensor(new Float32Array(ELEMENTS), [ELEMENTS], { device });
	const run = () => {
		release(multiplyAdds(x, { rounds }));
		release(scale(large, { by: 1 }));
	};
	// The first compiles.
	await profile(device, run);
	let [fma, copy] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
	for (let i = 0; i < REPEATS; i++) {
		const times = await profile(device, run);
		for (const { op, milliseconds } of times) {
			if (op === "scale") copy = Math.min(copy, milliseconds);
			else fma = Math.min(fma, milliseconds);
		}
	}
	release(x);
	release(large);
	return {
		gflops: (2 * ROUND * rounds * LANES) / fma / 1e6,
		gbps: (8 * ELEMENTS) / copy / 1e6,
	};
}

const multiplyAdds: Op<["x"], { readonly rounds: number }> = defineOp({
	name: "multiplyAdds",
	inputs: ["x"],
	defaults: { rounds: 1 },
	shape: () => [LANES],
	reference() {
		throw new Error("multiplyAdds is for timing on a GPU only");
	},
	launch: ({ attrs }) => [
		single({
			kernel,
			params: { rounds: attrs.rounds },
			grid: [LANES / 64, 1, 1],
		}),
	],
});
