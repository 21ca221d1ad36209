import { type Shape, sizeOf } from "../src/engine/index.ts";
import type { MatmulAttrs, WeightGradAttrs } from "../src/kernels/index.ts";

type Shapes = Readonly<Record<string, Shape | undefined>>;

/**
 * Floating point operations that an op's definition takes, a multiplication
 * and an addition being two; undefined for ops that move more than they
 * compute. A faster algorithm (Winograd) counts the same, so that it shows.
 */
export function flopsOf(
	op: string,
	shapes: Shapes,
	attrs: object,
	y: Shape,
): number | undefined {
	const { a, x, w, dy } = shapes;
	switch (op) {
		case "conv2d":
			return w && 2 * sizeOf(y) * w[0] * w[1] * w[2];
		case "conv2dInputGrad":
			return dy && w && 2 * sizeOf(dy) * w[0] * w[1] * w[2];
		case "conv2dWeightGrad": {
			const { kernel, groups } = attrs as WeightGradAttrs;
			const products = kernel[0] * kernel[1] * (x ? x[3] / groups : 0);
			return dy && 2 * sizeOf(dy) * products;
		}
		case "matmul": {
			const { transposeA } = attrs as MatmulAttrs;
			return a && 2 * sizeOf(y) * a[a.length - (transposeA ? 2 : 1)];
		}
		default:
			return undefined;
	}
}
