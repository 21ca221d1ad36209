import { invalid } from "../engine/errors.ts";
import { single } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import { hasShape, integer } from "./attributes.ts";
import confusionKernel from "./confusion.wgsl";
import { itemGrid } from "./grid.ts";
import { IGNORE, type IgnoreAttrs } from "./label-weight.ts";

/**
 * Adds a batch to a confusion matrix in place: counts [K, K] (i32), row = truth,
 * column = prediction; predicted and labels of one shape (i32). Pixels whose label
 * is `ignore` or no class are not counted.
 */
export const countConfusion: Op<
	["counts", "predicted", "labels"],
	IgnoreAttrs
> = /* @__PURE__ */ defineOp({
	name: "countConfusion",
	inputs: ["counts", "predicted", "labels"],
	updates: ["counts"],
	dtypes: { counts: "i32", predicted: "i32", labels: "i32" },
	defaults: { ignore: IGNORE },
	shape({ counts, predicted, labels }, { ignore }) {
		if (counts.length !== 2 || counts[0] !== counts[1]) {
			invalid("counts must be [K, K], a row and a column per class");
		}
		hasShape("labels", labels, predicted, "the shape of predicted");
		integer("ignore", ignore);
		return counts;
	},
	reference({ counts, predicted, labels }, { ignore }) {
		const [classes] = counts.shape;
		const isClass = (k: number) => k >= 0 && k < classes;
		labels.data.forEach((truth, i) => {
			const guess = predicted.data[i];
			if (truth === ignore || !isClass(truth) || !isClass(guess)) return;
			counts.data[truth * classes + guess]++;
		});
	},
	launch: ({ shapes: { counts, labels }, attrs: { ignore } }) => [
		single({
			kernel: confusionKernel,
			params: { n: sizeOf(labels), classes: counts[0], ignore },
			grid: itemGrid(sizeOf(labels)),
		}),
	],
});
