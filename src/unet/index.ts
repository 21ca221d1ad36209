/**
 * U-Nets: models, losses, optimizers, schedules, training, scores, checkpoints.
 * @module wgrad/unet
 */
export type { BatchShape, LabelledBatch } from "./batch-step.ts";
export { encodeCheckpoint, type LoadedModel, loadModel } from "./checkpoint.ts";
export { type Clip, clipGradients } from "./clip.ts";
export {
	type Encoders,
	type NamedOptions,
	namedOptions,
	parameterCount,
	type UnetConfig,
	type UnetOptions,
	unetConfig,
	unetDefaults,
} from "./config.ts";
export { densenet121 } from "./encoders/densenet121.ts";
export type { Encoder } from "./encoders/encoder.ts";
export { mobilenetV2 } from "./encoders/mobilenet-v2.ts";
export { pretrained, type StoredWeights } from "./encoders/weights.ts";
export { CheckpointError, ConfigError, NumericError } from "./errors.ts";
export {
	type Evaluation,
	type Evaluator,
	evaluate,
	evaluator,
	type LossOptions,
	predict,
} from "./evaluate.ts";
export {
	findLearningRate,
	type RateCurve,
	type RateSearch,
} from "./find-learning-rate.ts";
export { type Forward, type ForwardOptions, forward } from "./forward.ts";
export {
	type HalfPrecisionOptions,
	halfPrecision,
	type Precision,
} from "./half-precision.ts";
export {
	type FanOptions,
	glorotNormal,
	glorotUniform,
	heNormal,
	heUniform,
	lecunNormal,
	randomNormal,
	randomUniform,
	truncatedNormal,
} from "./init.ts";
export {
	diceLoss,
	jaccardLoss,
	type Loss,
	type TverskyOptions,
	targetLoss,
	tverskyLoss,
	weightedSum,
} from "./losses.ts";
export {
	type Confusion,
	dice,
	iou,
	meanAccuracy,
	meanIou,
	pixelAccuracy,
	precision,
	recall,
} from "./metrics.ts";
export { type Model, type NamedTensors, unet } from "./model.ts";
export { type OnnxOptions, toOnnx } from "./onnx/to-onnx.ts";
export {
	type Optimizer,
	type OptimizerState,
	optimizerState,
	optimizerStep,
} from "./optimizer.ts";
export {
	type AdadeltaOptions,
	type AdagradOptions,
	type AdamOptions,
	adadelta,
	adagrad,
	adam,
	adamw,
	type Convention,
	type OptimizerOptions,
	type RmspropOptions,
	rmsprop,
	type SgdOptions,
	sgd,
} from "./optimizers.ts";
export {
	decodeSafetensors,
	encodeSafetensors,
	type Stored,
	type StoredTensor,
} from "./safetensors.ts";
export {
	constant,
	cosine,
	exponential,
	oneCycle,
	type PlateauOptions,
	type PlateauSchedule,
	type PlateauState,
	reduceOnPlateau,
	type Schedule,
	type StepDecay,
	stepDecay,
	warmUp,
} from "./schedule.ts";
export {
	type EpochReport,
	type StepReport,
	type TrainingState,
	type TrainOptions,
	type TrainResult,
	train,
} from "./train.ts";
export type { StepOptions } from "./training-step.ts";
