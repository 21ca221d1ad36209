import { type Shape, sizeOf } from "../src/engine/index.ts";

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
	const { x, w, dy } = shapes;
	switch (op) {
		case "conv2d":
			return w && 2 * sizeOf(y) * w[0] * w[1] * w[2];
		case "conv2dInputGrad":
			return dy && w && 2 * sizeOf(dy) * w[0] * w[1] * w[2];
		case "conv2dWeightGrad": {
			const [height, width] = (attrs as { kernel: Shape }).kernel;
			return x && dy && 2 * sizeOf(dy) * height * width * x[3];
		}
		default:
			return undefined;
	}
}
