import {
	type Capabilities,
	ceilDiv,
	dispatch,
	type Kernel,
	single,
	type Variant,
} from "../engine/index.ts";
import { type ConvGeometry, windowParams } from "./conv2d-geometry.ts";
import forwardKernel from "./conv2d-grouped.wgsl";
import inputGradKernel from "./conv2d-grouped-input-grad.wgsl";
import weightGradKernel from "./conv2d-grouped-weight-grad.wgsl";
import { byFours, type Fours, fours } from "./fours.ts";
import { itemGrid } from "./grid.ts";
import { sumStages } from "./reduce.ts";
import { rowsPerChunk } from "./split.ts";

const forwardKernels = /* @__PURE__ */ fours(forwardKernel);
const inputGradKernels = /* @__PURE__ */ fours(inputGradKernel);
const weightGradKernels = /* @__PURE__ */ fours(weightGradKernel);

/** Ways to compute `conv2d` in groups. */
export function groupedForward(g: ConvGeometry, hasBias: boolean): Variant[] {
	return byGroups(forwardKernels, g, (kernel, groups) => {
		const tiles = ceilDiv(g.outWidth, 4);
		const n = g.batch * g.outHeight * tiles * groups.groups * groups.o;
		return single({
			kernel,
			params: {
				...windowParams(g),
				...groups,
				x_size: [g.width, g.height],
				y_size: [g.outWidth, g.outHeight],
				tiles,
				n,
			},
			constants: { HAS_BIAS: hasBias ? 1 : 0 },
			grid: itemGrid(n),
		});
	});
}

/** Ways to compute `conv2dInputGrad` in groups. */
export function groupedInputGrad(g: ConvGeometry): Variant[] {
	return byGroups(inputGradKernels, g, (kernel, groups) => {
		const tiles = ceilDiv(g.width, 4 * g.stride[1]) * g.stride[1];
		const n = g.batch * g.height * tiles * groups.groups * groups.c;
		return single({
			kernel,
			params: {
				...windowParams(g),
				...groups,
				y_size: [g.width, g.height],
				dy_size: [g.outWidth, g.outHeight],
				tiles,
				n,
			},
			grid: itemGrid(n),
		});
	});
}

/** Ways to compute `conv2dWeightGrad` in groups. */
export function groupedWeightGrad(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	const rows = g.batch * g.outHeight;
	const taps = g.kernel[0] * g.kernel[1];
	const outputs = (taps * g.channels * g.outChannels) / g.groups;
	return byGroups(weightGradKernels, g, (kernel, groups) => {
		const invocations = taps * groups.c * groups.o * groups.groups;
		const chunk_rows = rowsPerChunk(
			{ rows, invocations, outputs, least: 1 },
			capabilities,
		);
		const chunks = ceilDiv(rows, chunk_rows);
		const block = { outer: 1, rows: chunks, inner: outputs };
		const sum = sumStages([block], "partial", 1);
		const n = chunks * invocations;
		const products = dispatch({
			kernel,
			params: {
				...windowParams(g),
				...groups,
				x_size: [g.width, g.height],
				dy_size: [g.outWidth, g.outHeight],
				rows,
				chunk_rows,
				n,
			},
			grid: itemGrid(n),
		});
		return {
			scratch: { partial: chunks * outputs, ...sum.scratch },
			stages: [products, ...sum.stages],
		};
	});
}

/** Groups of c input and o output channels each; four depthwise ones are one group of vectors. */
function byGroups<K extends Kernel>(
	kernels: Fours<K>,
	g: ConvGeometry,
	variant: (
		kernel: K,
		groups: { groups: number; c: number; o: number },
	) => Variant,
): Variant[] {
	const c = g.channels / g.groups;
	const o = g.outChannels / g.groups;
	const alone = c === 1 && o === 1;
	return alone
		? byFours(kernels, g.groups, (kernel, lanes) =>
				variant(kernel, { groups: g.groups / lanes, c, o }),
			)
		: [variant(kernels.scalar, { groups: g.groups, c, o })];
}
