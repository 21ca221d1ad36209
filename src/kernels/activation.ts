import { elementwise, type Variant } from "../engine/kernel.ts";
import { defineOp, type Op, type OpSpec } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import activationKernel from "./activation.wgsl";
import inputGradKernel from "./activation-input-grad.wgsl";
import { hasShape, inRange } from "./attributes.ts";
import type { NoAttrs } from "./elementwise.ts";
import { fours } from "./fours.ts";
import { scale } from "./scale.ts";

/** Attributes of `leakyRelu`. */
export interface LeakyReluAttrs {
	/** Factor of negative values, 0 to 1; default 0.3, as Keras' LeakyReLU layer (PyTorch: 0.01). */
	readonly slope: number;
}

const kernels = /* @__PURE__ */ fours(activationKernel);
const inputGradKernels = /* @__PURE__ */ fours(inputGradKernel);

/** Values of `OP` in the kernels. */
const RELU = 0;
const LEAKY_RELU = 1;

/** max(x, 0); NaN stays NaN. Its gradient at 0 is 0 (TensorFlow, PyTorch). */
export const relu: Op<["x"], NoAttrs> = /* @__PURE__ */ defineOp({
	name: "relu",
	inputs: ["x"],
	defaults: {},
	shape: ({ x }) => x,
	reference({ x }, _, y) {
		x.data.forEach((v, i) => {
			y.data[i] = Math.max(v, 0);
		});
	},
	epilogueOf: ["x"],
	launch: ({ y }) => launchActivation(RELU, y, 0),
	// The output has the input's sign, so that the input need not be kept.
	grad: { x: ({ y, dy }) => reluInputGrad(y, dy) },
});

/** Gradient of `relu`; x is the input or the output of the forward op. */
export const reluInputGrad: Op<["x", "dy"], NoAttrs> = /* @__PURE__ */ defineOp(
	/* @__PURE__ */ inputGrad<NoAttrs>(
		"reluInputGrad",
		{},
		RELU,
		() => 0,
		(x, g) => reluInputGrad(x, g),
	),
);

/** x where x >= 0, else slope * x; NaN stays NaN. */
export const leakyRelu: Op<["x"], LeakyReluAttrs> = /* @__PURE__ */ defineOp({
	name: "leakyRelu",
	inputs: ["x"],
	defaults: { slope: 0.3 },
	shape({ x }, { slope }) {
		inRange("slope", slope, 0, 1);
		return x;
	},
	reference({ x }, { slope }, y) {
		x.data.forEach((v, i) => {
			y.data[i] = v < 0 ? slope * v : v;
		});
	},
	epilogueOf: ["x"],
	launch: ({ y, attrs }) => launchActivation(LEAKY_RELU, y, attrs.slope),
	grad: { x: ({ y, dy, attrs }) => leakyReluInputGrad(y, dy, attrs) },
});

/** Gradient of `leakyRelu`; x is the input or the output of the forward op. */
export const leakyReluInputGrad: Op<["x", "dy"], LeakyReluAttrs> =
	/* @__PURE__ */ defineOp(
		/* @__PURE__ */ inputGrad<LeakyReluAttrs>(
			"leakyReluInputGrad",
			{ slope: 0.3 },
			LEAKY_RELU,
			({ slope }) => slope,
			(x, g, attrs) => leakyReluInputGrad(x, g, attrs),
		),
	);

function launchActivation(op: number, y: Shape, slope: number): Variant[] {
	return elementwise(kernels, sizeOf(y), { slope }, { OP: op });
}

/** Linear in dy and flat in x, so its own gradients are itself and zero. */
function inputGrad<A extends object>(
	name: string,
	defaults: A,
	op: number,
	slopeOf: (attrs: A) => number,
	self: (x: Tensor, dy: Tensor, attrs: A) => Tensor,
): OpSpec<["x", "dy"], A> {
	return {
		name,
		inputs: ["x", "dy"],
		defaults,
		shape({ x, dy }, attrs) {
			hasShape("dy", dy, x, "the shape of x");
			inRange("slope", slopeOf(attrs), 0, 1);
			return x;
		},
		reference({ x, dy }, attrs, y) {
			const slope = slopeOf(attrs);
			dy.data.forEach((d, i) => {
				y.data[i] =
					x.data[i] > 0 || Number.isNaN(x.data[i]) ? d : slope && slope * d;
			});
		},
		epilogueOf: ["dy"],
		launch: ({ y, attrs }) =>
			elementwise(
				inputGradKernels,
				sizeOf(y),
				{ slope: slopeOf(attrs) },
				{ OP: op },
			),
		grad: {
			x: ({ dy }) => scale(dy, { by: 0 }),
			dy: ({ inputs: { x }, dy, attrs }) => self(x, dy, attrs),
		},
	};
}
