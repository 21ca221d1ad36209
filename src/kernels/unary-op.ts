import { elementwise, type Variant } from "../engine/kernel.ts";
import type { GradContext, OpSpec } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { hasShape } from "./attributes.ts";
import { zerosLike } from "./constant.ts";
import { mul } from "./elementwise.ts";
import { fours } from "./fours.ts";
import unaryKernel from "./unary.wgsl";

const kernels = /* @__PURE__ */ fours(unaryKernel);

/** Values of `OP` in unary.wgsl. */
const OPS = {
	exp: 0,
	log: 1,
	sqrt: 2,
	abs: 3,
	sign: 4,
	erf: 5,
	power: 6,
	sigmoid: 7,
	tanh: 8,
	elu: 9,
	gelu: 10,
	geluTanh: 11,
	silu: 12,
	hardSwish: 13,
	clamp: 14,
	sigmoidInputGrad: 27,
	tanhInputGrad: 28,
	eluInputGrad: 29,
	geluInputGrad: 30,
	geluTanhInputGrad: 31,
	siluInputGrad: 32,
	hardSwishInputGrad: 35,
	relu6InputGrad: 33,
	clampInputGrad: 34,
} as const;

type Kind = keyof typeof OPS;

/** A function as the kernel knows it: which, and its p and q. */
type Code = readonly [kind: Kind, p?: number | undefined, q?: number];

/** What an op of one input and one that multiplies with its derivative have in common. */
interface Common<A extends object> {
	readonly name: string;
	readonly defaults: A;
	/** Rejects bad attributes. */
	readonly check?: (attrs: A) => void;
	readonly code: (attrs: A) => Code;
}

/** The spec of y = f(x). */
export function unary<A extends object>(
	common: Common<A>,
	f: (v: number, attrs: A) => number,
	inputGrad: (context: GradContext<["x"], A>) => Tensor,
): OpSpec<["x"], A> {
	const { name, defaults, check, code } = common;
	return {
		name,
		inputs: ["x"],
		defaults,
		shape({ x }, attrs) {
			check?.(attrs);
			return x;
		},
		reference({ x }, attrs, y) {
			x.data.forEach((v, i) => {
				y.data[i] = f(v, attrs);
			});
		},
		epilogueOf: ["x"],
		launch: ({ y, attrs }) => launchUnary(code(attrs), y, { dy: "x" }),
		grad: { x: inputGrad },
	};
}

/**
 * The spec of y = dy * f'(x), where `derive` gives that product. `second`
 * writes f'' with ops, so that derivatives of every order exist; without it f'
 * is taken as constant.
 */
export function unaryInputGrad<A extends object>(
	common: Common<A>,
	derive: (v: number, dy: number, attrs: A) => number,
	self: (x: Tensor, dy: Tensor, attrs: A) => Tensor,
	second?: (x: Tensor, attrs: A) => Tensor,
): OpSpec<["x", "dy"], A> {
	const { name, defaults, check, code } = common;
	return {
		name,
		inputs: ["x", "dy"],
		defaults,
		shape({ x, dy }, attrs) {
			check?.(attrs);
			hasShape("dy", dy, x, "the shape of x");
			return x;
		},
		reference({ x, dy }, attrs, y) {
			dy.data.forEach((d, i) => {
				const v = x.data[i];
				y.data[i] = Number.isNaN(v) ? v : derive(v, d, attrs);
			});
		},
		epilogueOf: ["dy"],
		launch: ({ y, attrs }) => launchUnary(code(attrs), y),
		grad: {
			x: ({ inputs: { x, dy: factor }, dy, attrs }) =>
				second ? mul(mul(dy, factor), second(x, attrs)) : zerosLike(x),
			dy: ({ inputs: { x }, dy, attrs }) => self(x, dy, attrs),
		},
	};
}

/** The launch of unary.wgsl. A function ignores `dy`, but something must be bound to it. */
export function launchUnary(
	[kind, p = 0, q = 0]: Code,
	y: Shape,
	rename: { x?: string; dy?: string } = {},
): Variant[] {
	const variants = elementwise(kernels, sizeOf(y), { p, q }, { OP: OPS[kind] });
	return variants.map(({ stages, scratch }) => ({
		stages: stages.map((stage) => ({ ...stage, rename })),
		scratch,
	}));
}
