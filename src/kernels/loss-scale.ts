import { invalid } from "../engine/errors.ts";
import { elementGrid, single } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { hasShape, inRange } from "./attributes.ts";
import type { NoAttrs } from "./elementwise.ts";
import adjustKernel from "./loss-scale-adjust.wgsl";
import unscaleKernel from "./unscale-gradient.wgsl";

/** Attributes of `adjustLossScale`. */
export interface LossScaleAttrs {
	/** Steps without overflow after which the scale is doubled; default 2000, up to 2^24. */
	readonly growAfter: number;
	/** Bounds of the scale; default 2^-24 and 2^24. */
	readonly least: number;
	readonly most: number;
}

/**
 * Divides a gradient by the loss scale, in place: g of any shape, scaling [2]
 * as of `adjustLossScale`. Sets found [1] (i32) to 1 where a value of g is infinite or NaN.
 */
export const unscaleGradient: Op<["g", "found", "scaling"], NoAttrs> =
	/* @__PURE__ */ defineOp({
		name: "unscaleGradient",
		inputs: ["g", "found", "scaling"],
		updates: ["g", "found"],
		dtypes: { found: "i32" },
		defaults: {},
		shape({ g, found, scaling }) {
			hasShape("found", found, [1], "a flag");
			hasShape("scaling", scaling, [2], "scale and steps");
			return g;
		},
		reference({ g, found, scaling }) {
			if (!g.data.every(Number.isFinite)) found.data[0] = 1;
			g.data.forEach((v, i) => {
				g.data[i] = v / scaling.data[0];
			});
		},
		launch: ({ shapes: { g } }) => [
			single({
				kernel: unscaleKernel,
				params: { n: sizeOf(g) },
				grid: elementGrid(sizeOf(g)),
			}),
		],
	});

/**
 * Moves the loss scale on by a step, in place: scaling is [scale, steps since it
 * changed]. The scale is halved where found [1] (i32) is not 0, and doubled
 * after `growAfter` steps in a row without (Micikevicius et al. 2018, arXiv:1710.03740).
 */
export const adjustLossScale: Op<["scaling", "found"], LossScaleAttrs> =
	/* @__PURE__ */ defineOp({
		name: "adjustLossScale",
		inputs: ["scaling", "found"],
		updates: ["scaling"],
		dtypes: { found: "i32" },
		defaults: { growAfter: 2000, least: 2 ** -24, most: 2 ** 24 },
		shape({ scaling, found }, { growAfter, least, most }) {
			hasShape("scaling", scaling, [2], "scale and steps");
			hasShape("found", found, [1], "a flag");
			// Counted in f32.
			inRange("growAfter", growAfter, 1, 2 ** 24);
			if (!Number.isInteger(growAfter)) {
				invalid(`growAfter ${growAfter} must be a whole number`);
			}
			inRange("least", least, 2 ** -126, most);
			inRange("most", most, least, 2 ** 127);
			return scaling;
		},
		reference({ scaling, found }, { growAfter, least, most }) {
			const [scale, steps] = scaling.data;
			const grows = steps + 1 >= growAfter;
			if (found.data[0]) scaling.data[0] = Math.max(scale / 2, least);
			else if (grows) scaling.data[0] = Math.min(scale * 2, most);
			scaling.data[1] = found.data[0] || grows ? 0 : steps + 1;
		},
		launch: ({ attrs: { growAfter, least, most } }) => [
			single({
				kernel: adjustKernel,
				params: { growAfter, least, most },
				grid: [1, 1, 1],
			}),
		],
	});
