import {
	type Capabilities,
	ceilDiv,
	dispatch,
	linearGrid,
	single,
	type Variant,
} from "../engine/index.ts";
import anyKernel from "./conv2d-any.wgsl";
import {
	type DirectKind,
	directForward,
	directInputGrad,
	directKinds,
} from "./conv2d-direct.ts";
import { foldedInputGrad } from "./conv2d-fold.ts";
import { type ConvGeometry, windowParams } from "./conv2d-geometry.ts";
import {
	groupedForward,
	groupedInputGrad,
	groupedWeightGrad,
} from "./conv2d-grouped.ts";
import inputGradAnyKernel from "./conv2d-input-grad-any.wgsl";
import inputGradTileKernel from "./conv2d-input-grad-tile.wgsl";
import {
	pointwiseApplies,
	pointwiseForward,
	pointwiseInputGrad,
	pointwiseWeightGrad,
} from "./conv2d-pointwise.ts";
import {
	fewChannels,
	stripForward,
	stripInputGrad,
	stripWeightGrad,
} from "./conv2d-strip.ts";
import tileKernel from "./conv2d-tile.wgsl";
import { quadWeightGrad, splitWeightGrad } from "./conv2d-weight-grad.ts";
import weightGradAnyKernel from "./conv2d-weight-grad-any.wgsl";
import weightGradTileKernel from "./conv2d-weight-grad-tile.wgsl";
import {
	smallTilesFit,
	type TileSize,
	winogradApplies,
	winogradForward,
	winogradInputGrad,
	winogradWastes,
	winogradWeightGrad,
} from "./conv2d-winograd.ts";
import { matmulKinds } from "./matmul.ts";

/** With fewer results quads, which compute 16 at a time, are slower than scalar tiles of 4. */
const LEAST_FOR_QUADS = 8;

/** Half of a tile in workgroup memory. */
const LEAST_FOR_WORKGROUPS = 32;

/** Direct products before the other variants where their tiles are filled, behind them where not. */
function withDirect(
	capabilities: Capabilities,
	results: number,
	direct: (kind: DirectKind) => Variant,
	others: readonly Variant[],
): Variant[] {
	const { software } = capabilities;
	const best = directKinds(capabilities, results).map(direct);
	const last = software ? [direct("workgroup")] : [];
	const least = software ? LEAST_FOR_QUADS : LEAST_FOR_WORKGROUPS;
	return results < least
		? [...others, ...best, ...last]
		: [...best, ...others, ...last];
}

/** Strips before the other variants on software adapters where channels are few, behind them elsewhere. */
function withStrips(
	{ software }: Capabilities,
	few: boolean,
	strips: readonly Variant[],
	others: readonly Variant[],
): Variant[] {
	return software && few ? [...strips, ...others] : [...others, ...strips];
}

/**
 * Winograd's algorithm, where it applies, before the other variants; behind them
 * where its tiles are few. On software adapters smaller ones take their place there.
 */
function withWinograd(
	g: ConvGeometry,
	capabilities: Capabilities,
	others: readonly Variant[],
	winograd: (tile: TileSize) => readonly Variant[],
): Variant[] {
	const of = (tile: TileSize) =>
		winogradApplies(g, tile, capabilities) ? winograd(tile) : [];
	const few = winogradWastes(g, 4);
	const large = few ? [...others, ...of(4)] : [...of(4), ...others];
	const small =
		capabilities.software && !winogradWastes(g, 2) && (few || smallTilesFit(g));
	return small ? [...of(2), ...large] : [...large, ...of(2)];
}

/** Ways to compute `conv2d`. */
export function forwardVariants(
	g: ConvGeometry,
	capabilities: Capabilities,
	hasBias: boolean,
): Variant[] {
	if (g.groups > 1) return groupedForward(g, hasBias);
	const strips = stripForward(g, capabilities, hasBias);
	const others = forwardProducts(g, capabilities, hasBias);
	const few = fewChannels(g.channels, g.outChannels);
	return withStrips(capabilities, few, strips, others);
}

/** Ways to compute `conv2dInputGrad`. */
export function inputGradVariants(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	if (g.groups > 1) return groupedInputGrad(g);
	const strips = stripInputGrad(g, capabilities);
	const others = inputGradProducts(g, capabilities);
	const few = fewChannels(g.outChannels, g.channels);
	return withStrips(capabilities, few, strips, others);
}

/** Ways to compute `conv2dWeightGrad`. */
export function weightGradVariants(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	if (g.groups > 1) return groupedWeightGrad(g, capabilities);
	const strips = stripWeightGrad(g, capabilities);
	const others = weightGradProducts(g, capabilities);
	const few = fewChannels(g.channels, g.outChannels);
	return withStrips(capabilities, few, strips, others);
}

function forwardProducts(
	g: ConvGeometry,
	capabilities: Capabilities,
	hasBias: boolean,
): Variant[] {
	const shared = {
		...windowParams(g),
		pixels: g.batch * g.outHeight * g.outWidth,
	};
	const sizes = {
		x_size: [g.width, g.height],
		y_size: [g.outWidth, g.outHeight],
	};
	const constants = { HAS_BIAS: hasBias ? 1 : 0 };
	const grid = (pixels: number, channels: number) => {
		const [gx, gy] = linearGrid(ceilDiv(shared.pixels, 64 * pixels));
		return [gx, gy, ceilDiv(g.outChannels, channels)] as const;
	};
	const any = single({
		kernel: anyKernel,
		params: { ...shared, ...sizes, c: g.channels, o: g.outChannels },
		constants,
		grid: grid(4, 4),
	});
	const results = g.outChannels;
	const direct = (kind: DirectKind) => directForward(g, kind, hasBias);
	if (g.channels % 4 || results % 4) {
		return withDirect(capabilities, results, direct, [any]);
	}
	const tile = single({
		kernel: tileKernel,
		params: { ...shared, ...sizes, c4: g.channels / 4, o4: g.outChannels / 4 },
		constants,
		grid: grid(8, 8),
	});
	const kinds = matmulKinds(capabilities, results);
	const others = withDirect(capabilities, results, direct, [tile, any]);
	if (!pointwiseApplies(g)) {
		return withWinograd(g, capabilities, others, (tile) =>
			kinds.map((k) => winogradForward(g, tile, k, hasBias)),
		);
	}
	return [...kinds.map((k) => pointwiseForward(g, k, hasBias)), ...others];
}

function inputGradProducts(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	const shared = {
		...windowParams(g),
		y_size: [g.width, g.height],
		dy_size: [g.outWidth, g.outHeight],
		batch: g.batch,
		c: g.channels,
	};
	const phases = g.stride[0] * g.stride[1];
	const phasePixels =
		g.batch * ceilDiv(g.height, g.stride[0]) * ceilDiv(g.width, g.stride[1]);
	const grid = (pixels: number, tiles: number) => {
		const [gx, gy] = linearGrid(ceilDiv(phasePixels, 64 * pixels));
		return [gx, gy, tiles * phases] as const;
	};
	const anyTiles = ceilDiv(g.channels, 4);
	const any = single({
		kernel: inputGradAnyKernel,
		params: { ...shared, o: g.outChannels, tiles: anyTiles },
		grid: grid(4, anyTiles),
	});
	const direct = (others: Variant[]) =>
		phases > 1
			? [...foldedInputGrad(g, capabilities), ...others]
			: withDirect(
					capabilities,
					g.channels,
					(kind) => directInputGrad(g, kind),
					others,
				);
	if (g.channels % 4 || g.outChannels % 4) return direct([any]);
	const tiles = ceilDiv(g.channels, 8);
	const tile = single({
		kernel: inputGradTileKernel,
		params: { ...shared, o4: g.outChannels / 4, tiles },
		grid: grid(8, tiles),
	});
	const kinds = matmulKinds(capabilities, g.channels);
	const others = direct([tile, any]);
	if (!pointwiseApplies(g)) {
		return withWinograd(g, capabilities, others, (tile) =>
			kinds.map((k) => winogradInputGrad(g, tile, k)),
		);
	}
	return [...kinds.map((k) => pointwiseInputGrad(g, k)), ...others];
}

function weightGradProducts(
	g: ConvGeometry,
	capabilities: Capabilities,
): Variant[] {
	const rows = g.batch * g.outHeight;
	const params = {
		...windowParams(g),
		x_size: [g.width, g.height],
		dy_size: [g.outWidth, g.outHeight],
		rows,
	};
	const taps = g.kernel[0] * g.kernel[1];
	const any = splitWeightGrad(
		g,
		capabilities,
		ceilDiv(taps * g.channels, 4) * ceilDiv(g.outChannels, 4),
		(chunk_rows, invocations) =>
			dispatch({
				kernel: weightGradAnyKernel,
				params: {
					...params,
					c: g.channels,
					o: g.outChannels,
					chunk_rows,
					invocations,
				},
				grid: linearGrid(ceilDiv(invocations, 64)),
			}),
	);
	if (g.channels % 4 || g.outChannels % 4) {
		const quad = quadWeightGrad(g, capabilities);
		return g.outChannels < LEAST_FOR_QUADS ? [any, ...quad] : [...quad, any];
	}
	const tile = splitWeightGrad(
		g,
		capabilities,
		taps * ceilDiv(g.channels, 8) * ceilDiv(g.outChannels, 8),
		(chunk_rows, invocations) =>
			dispatch({
				kernel: weightGradTileKernel,
				params: {
					...params,
					c4: g.channels / 4,
					o4: g.outChannels / 4,
					chunk_rows,
					invocations,
				},
				grid: linearGrid(ceilDiv(invocations, 64)),
			}),
	);
	if (winogradApplies(g, 4, capabilities)) {
		const kinds = matmulKinds(capabilities, g.outChannels);
		const winograd = kinds.map((k) => winogradWeightGrad(g, k, capabilities));
		return winogradWastes(g, 4)
			? [tile, ...winograd, any]
			: [...winograd, tile, any];
	}
	return [...pointwiseWeightGrad(g, capabilities), tile, any];
}
