import { invalid } from "../engine/errors.ts";
import { elementGrid, single } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { integer } from "./attributes.ts";
import dropoutKernel from "./dropout.wgsl";

/** Attributes of `dropout`. */
export interface DropoutAttrs {
	/** Share of the elements that become 0: at least 0, below 1; default 0.5 (PyTorch). */
	readonly rate: number;
	/** Tells layers and runs apart; default 0. */
	readonly seed: number;
	/** Tells training steps apart, in a captured one as a live number; default 0. */
	readonly step: number;
}

/**
 * Zeros a share of x, whatever it held, and divides the rest by 1 - rate; f32. Which elements
 * is a function of index, seed and step alone: equal on every device, and again in the gradient.
 * Srivastava et al. 2014; hash: pcg3d, Jarzynski and Olano 2020, jcgt.org/published/0009/03/02.
 */
export const dropout: Op<["x"], DropoutAttrs> = /* @__PURE__ */ defineOp({
	name: "dropout",
	inputs: ["x"],
	defaults: { rate: 0.5, seed: 0, step: 0 },
	live: ["step", "seed"],
	shape({ x }, { rate, seed, step }) {
		if (!(rate >= 0 && rate < 1)) {
			invalid(`rate ${rate} must be at least 0 and below 1`);
		}
		integer("seed", seed);
		integer("step", step);
		return x;
	},
	reference({ x }, attrs, y) {
		x.data.forEach((v, i) => {
			const kept = hash(i, attrs.seed, attrs.step) >= threshold(attrs);
			y.data[i] = kept ? v / (1 - attrs.rate) : 0;
		});
	},
	launch: ({ y, attrs }) => [
		single({
			kernel: dropoutKernel,
			params: {
				n: sizeOf(y),
				seed: attrs.seed,
				step: attrs.step,
				threshold: threshold(attrs),
				scale: 1 / (1 - attrs.rate),
			},
			grid: elementGrid(sizeOf(y)),
		}),
	],
	grad: { x: ({ dy, attrs }) => dropout(dy, attrs) },
});

/** The share as one of 2^32 hashes. */
function threshold({ rate }: DropoutAttrs): number {
	return Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1);
}

/** pcg3d: the first of its three numbers, 0 to 2^32 - 1. */
function hash(i: number, seed: number, step: number): number {
	const [a, b, c] = [i, seed, step].map(
		(v) => (Math.imul(v, 1664525) + 1013904223) | 0,
	);
	const x = (a + Math.imul(b, c)) | 0;
	const y = (b + Math.imul(c, x)) | 0;
	const z = (c + Math.imul(x, y)) | 0;
	const [p, q, r] = [x, y, z].map((v) => v ^ (v >>> 16));
	return (p + Math.imul(q, r)) >>> 0;
}
