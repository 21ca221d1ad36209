export {
	type LeakyReluAttrs,
	leakyRelu,
	leakyReluInputGrad,
	relu,
	reluInputGrad,
} from "./activation.ts";
export {
	type ConcatAttrs,
	concat,
	type EmbedAttrs,
	embed,
	type SliceAttrs,
	slice,
} from "./concat.ts";
export { add, div, mul, type NoAttrs, sub } from "./elementwise.ts";
export {
	moments,
	momentsInputGrad,
	type UpdateMomentsAttrs,
	updateMoments,
} from "./moments.ts";
export {
	batchNorm,
	type NormalizeAttrs,
	normalize,
	normalizeInputGrad,
	normalizeMomentsGrad,
	normalizeSums,
} from "./normalize.ts";
export type { Extents, Padding } from "./padding.ts";
export {
	type BroadcastAttrs,
	broadcastTo,
	mean,
	type ReduceAttrs,
	sum,
} from "./reduce.ts";
export { scale } from "./scale.ts";
export { type CropAttrs, crop, type PadAttrs, pad } from "./window.ts";
