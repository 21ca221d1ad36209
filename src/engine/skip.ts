import { ShapeError } from "./errors.ts";
import type { Kernel } from "./kernel.ts";
import { type Op, withUpdatesAs } from "./op.ts";
import { formatShape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

type Spec = Op["spec"];

/**
 * Runs `f`, whose updates in place (optimizer steps, running moments) happen
 * only where `flag`, an i32 tensor of one element, is 0. The device decides when it
 * gets there, so that nothing is read and a captured step stays one submission.
 */
export function skipIf<T>(flag: Tensor, f: () => T): T {
	if (flag.dtype !== "i32" || sizeOf(flag.shape) !== 1) {
		throw new ShapeError(
			`skipIf: the flag is ${flag.dtype} ${formatShape(flag.shape)}; it must be one i32`,
		);
	}
	return withUpdatesAs((spec, inputs) => {
		return [skippable(spec), [...inputs, flag]];
	}, f);
}

/** Name of the flag among an op's inputs. */
const FLAG = "skip";

/** Made once, because captured steps join calls of the same op, and pipelines are cached by kernel. */
const specs = /* @__PURE__ */ new WeakMap<Spec, Spec>();
const kernels = /* @__PURE__ */ new WeakMap<Kernel, Kernel>();

/** The op with one more input, the flag. */
function skippable(spec: Spec): Spec {
	const known = specs.get(spec);
	if (known) return known;
	const made: Spec = {
		...spec,
		inputs: [...spec.inputs, FLAG],
		common: [FLAG],
		reference(inputs, attrs, y) {
			if (!inputs[FLAG]?.data[0]) spec.reference(inputs, attrs, y);
		},
		launch: (call) =>
			spec.launch(call).map((variant) => ({
				...variant,
				stages: variant.stages.map((stage) => ({
					...stage,
					kernel: skippableKernel(stage.kernel),
				})),
			})),
	};
	specs.set(spec, made);
	return made;
}

/** The kernel, returning at once where the flag is set. */
function skippableKernel(kernel: Kernel): Kernel {
	const known = kernels.get(kernel);
	if (known) return known;
	const binding = Math.max(...kernel.bindings.map((b) => b.binding)) + 1;
	const code = kernel.code.replace(
		/fn main\([^{]*\{/,
		(head) => `${head} if (${FLAG}[0] != 0) { return; }`,
	);
	const declared = `@group(0) @binding(${binding}) var<storage, read> ${FLAG}: array<i32>;`;
	const made: Kernel = {
		...kernel,
		code: `${code}\n${declared}`,
		bindings: [...kernel.bindings, { name: FLAG, binding, access: "read" }],
	};
	kernels.set(kernel, made);
	return made;
}
