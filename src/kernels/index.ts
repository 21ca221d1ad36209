export {
	type LeakyReluAttrs,
	leakyRelu,
	leakyReluInputGrad,
	relu,
	reluInputGrad,
} from "./activation.ts";
export { type AdamAttrs, adamUpdate } from "./adam.ts";
export {
	type AdadeltaAttrs,
	type AdagradAttrs,
	adadeltaUpdate,
	adagradUpdate,
} from "./adaptive.ts";
export { argmax } from "./argmax.ts";
export {
	type AvgPoolInputGradAttrs,
	avgPool,
	avgPoolInputGrad,
	globalAvgPool,
} from "./avg-pool.ts";
export type { AxisAttrs } from "./axis.ts";
export { type MatmulAttrs, matmul } from "./batched-matmul.ts";
export {
	equal,
	greater,
	greaterEqual,
	less,
	lessEqual,
	maximum,
	minimum,
	notEqual,
} from "./binary-compare.ts";
export { type PowAttrs, pow } from "./binary-pow.ts";
export { type CastAttrs, cast } from "./cast.ts";
export {
	type ConcatAttrs,
	concat,
	type EmbedAttrs,
	embed,
	type SliceAttrs,
	slice,
} from "./concat.ts";
export { countConfusion } from "./confusion.ts";
export {
	type ConvTransposeAttrs,
	convTranspose2d,
} from "./conv-transpose2d.ts";
export {
	conv2d,
	conv2dInputGrad,
	conv2dWeightGrad,
	type InputGradAttrs,
	type WeightGradAttrs,
} from "./conv2d.ts";
export type { ConvWindow } from "./conv2d-geometry.ts";
export {
	type CrossEntropyAttrs,
	crossEntropy,
	crossEntropyInputGrad,
} from "./cross-entropy.ts";
export {
	type CrossEntropyOptions,
	sigmoidCrossEntropy,
	softmaxCrossEntropy,
} from "./cross-entropy-loss.ts";
export { type DropoutAttrs, dropout } from "./dropout.ts";
export { add, div, mul, type NoAttrs, sub } from "./elementwise.ts";
export { type ExtremeAttrs, extremeInputGrad, max, min } from "./extreme.ts";
export {
	type GatherAttrs,
	type GatherInputGradAttrs,
	gather,
	gatherInputGrad,
} from "./gather.ts";
export {
	type IgnoreAttrs,
	type LabelWeightAttrs,
	labelWeight,
} from "./label-weight.ts";
export {
	adjustLossScale,
	type LossScaleAttrs,
	unscaleGradient,
} from "./loss-scale.ts";
export { maxPool, maxPoolInputGrad } from "./max-pool.ts";
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
export {
	type GroupNormOptions,
	groupNorm,
	instanceNorm,
	layerNorm,
	type NormOptions,
} from "./norms.ts";
export { type OneHotAttrs, oneHot } from "./one-hot.ts";
export type { UpdateAttrs } from "./optimizer-attributes.ts";
export type { Extents, Padding } from "./padding.ts";
export type { PoolAttrs } from "./pool-window.ts";
export {
	type BroadcastAttrs,
	broadcastTo,
	mean,
	type ReduceAttrs,
	sum,
} from "./reduce.ts";
export { type ReshapeAttrs, reshape } from "./reshape.ts";
export { type RmspropAttrs, rmspropUpdate } from "./rmsprop.ts";
export { type RsqrtAttrs, rsqrt } from "./rsqrt.ts";
export { scale } from "./scale.ts";
export { type SgdAttrs, sgdUpdate } from "./sgd.ts";
export { logSoftmax, softmax } from "./softmax.ts";
export { type TransposeAttrs, transpose } from "./transpose.ts";
export {
	abs,
	erf,
	exp,
	log,
	neg,
	sign,
	sqrt,
} from "./unary.ts";
export {
	type GeluAttrs,
	gelu,
	geluInputGrad,
	sigmoid,
	sigmoidInputGrad,
	silu,
	siluInputGrad,
	tanh,
	tanhInputGrad,
} from "./unary-activation.ts";
export {
	type ClampAttrs,
	clamp,
	clampInputGrad,
	type EluAttrs,
	elu,
	eluInputGrad,
	hardSwish,
	hardSwishInputGrad,
	relu6,
	relu6InputGrad,
} from "./unary-piecewise.ts";
export {
	type UpsampleAttrs,
	type UpsampleInputGradAttrs,
	upsampleBilinear,
	upsampleBilinearInputGrad,
	upsampleNearest,
	upsampleNearestInputGrad,
} from "./upsample.ts";
export { type VarianceAttrs, variance } from "./variance.ts";
export { where } from "./where.ts";
export {
	type CropAttrs,
	crop,
	type PadAttrs,
	pad,
	type Sides,
} from "./window.ts";
