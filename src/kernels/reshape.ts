import { invalid } from "../engine/errors.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { formatShape, type Shape, sizeOf } from "../engine/shape.ts";

/** Attributes of `reshape`. */
export interface ReshapeAttrs {
	/** The new extents; one may be -1 and takes what the others leave (NumPy). Default: the elements in a row. */
	readonly shape: Shape;
}

/** The same elements, of any type, in the same order, in another shape; nothing is copied. */
export const reshape: Op<["x"], ReshapeAttrs> = /* @__PURE__ */ defineOp({
	name: "reshape",
	inputs: ["x"],
	dtypes: { x: "any" },
	alias: "x",
	defaults: { shape: [-1] } as ReshapeAttrs,
	shape({ x }, { shape }) {
		const n = sizeOf(x);
		const left = n / -sizeOf(shape);
		const y = shape.map((d) => (d === -1 ? left : d));
		if (sizeOf(y) !== n || !y.every((d) => Number.isInteger(d) && d > 0)) {
			invalid(
				`${n} elements of x do not fill ${formatShape(shape)}; give extents whose product is ${n}, one of them may be -1`,
			);
		}
		return y;
	},
	reference() {},
	launch: () => [],
	grad: {
		x: ({ inputs: { x }, dy }) => reshape(dy, { shape: x.shape }),
	},
});
