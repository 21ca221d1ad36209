import { invalid, ShapeError, Tensor } from "../engine/index.ts";
import { cast } from "./cast.ts";
import { conv2dInputGrad } from "./conv2d.ts";
import { type ConvWindow, windowDefaults } from "./conv2d-geometry.ts";
import { add } from "./elementwise.ts";
import { type Extents, pair, resolvePadding } from "./padding.ts";

/** Attributes of `convTranspose2d`. */
export interface ConvTransposeAttrs extends ConvWindow {
	/** Rows and columns added at the bottom and right; less than the stride. */
	readonly outputPadding: number | Extents;
}

type Options = Partial<ConvTransposeAttrs>;
type Rest = [b?: Tensor | undefined, attrs?: Options];

/**
 * Transposed convolution: x [N,H,W,C], w [kh,kw,O/groups,C] (Keras's HWOI), b [O]
 * optional -> [N,OH,OW,O]. With padding "same" OH = H * stride, otherwise
 * OH = (H - 1) * stride - pads + dilation * (kh - 1) + outputPadding + 1.
 * It is `conv2dInputGrad`, so it shares its kernels.
 */
export function convTranspose2d(
	x: Tensor,
	w: Tensor,
	...rest: Rest | [attrs: Options]
): Tensor {
	// As ops do: the bias may be left out.
	const [b, attrs = {}] =
		rest[0] === undefined || rest[0] instanceof Tensor
			? (rest as Rest)
			: [undefined, rest[0]];
	const { outputPadding = 0, ...given } = attrs;
	const window = { ...windowDefaults, ...given };
	try {
		const size = transposedSize(x.shape, w.shape, window, pair(outputPadding));
		const y = conv2dInputGrad(x, w, { ...window, size });
		if (!b) return y;
		return add(y, y.dtype === "f16" ? cast(b, { to: "f16" }) : b);
	} catch (error) {
		if (!(error instanceof ShapeError)) throw error;
		throw new ShapeError(`convTranspose2d: ${error.message}`);
	}
}

function transposedSize(
	x: readonly number[],
	w: readonly number[],
	window: ConvWindow,
	outputPadding: Extents,
): Extents {
	if (x.length !== 4)
		invalid("x must have rank 4, [batch, height, width, channels]");
	if (w.length !== 4)
		invalid(
			"w must have rank 4, [height, width, output channels, input channels]",
		);
	const stride = pair(window.stride);
	const dilation = pair(window.dilation);
	const kernel: Extents = [w[0], w[1]];
	if (window.padding === "same") return [x[1] * stride[0], x[2] * stride[1]];
	outputPadding.forEach((p, i) => {
		if (!Number.isInteger(p) || p < 0 || p >= stride[i]) {
			invalid(
				`outputPadding ${p} must be an integer >= 0 and less than stride ${stride[i]}`,
			);
		}
	});
	const pads = resolvePadding(
		window.padding,
		[x[1], x[2]],
		kernel,
		stride,
		dilation,
	);
	const extent = (i: 0 | 1, pad: number) =>
		(x[1 + i] - 1) * stride[i] -
		pad +
		dilation[i] * (kernel[i] - 1) +
		outputPadding[i] +
		1;
	return [extent(0, pads.top + pads.bottom), extent(1, pads.left + pads.right)];
}
