export { encodeCheckpoint, type LoadedModel, loadModel } from "./checkpoint.ts";
export {
	parameterCount,
	type UnetConfig,
	type UnetOptions,
	unetConfig,
	unetDefaults,
} from "./config.ts";
export { CheckpointError, ConfigError, NumericError } from "./errors.ts";
export {
	type Evaluation,
	evaluate,
	type LabelledBatch,
	type LossOptions,
	predict,
} from "./evaluate.ts";
export { glorotUniform, heNormal } from "./init.ts";
export {
	diceLoss,
	jaccardLoss,
	type Loss,
	type TverskyOptions,
	tverskyLoss,
	weightedSum,
} from "./losses.ts";
export { type Confusion, iou, meanIou, pixelAccuracy } from "./metrics.ts";
export {
	type Forward,
	forward,
	type Model,
	type NamedTensors,
	unet,
} from "./model.ts";
export {
	type AdadeltaOptions,
	type AdagradOptions,
	type AdamOptions,
	adadelta,
	adagrad,
	adam,
	type Convention,
	type Optimizer,
	type OptimizerOptions,
	type OptimizerState,
	optimizerState,
	optimizerStep,
	type RmspropOptions,
	rmsprop,
	type SgdOptions,
	sgd,
} from "./optimizer.ts";
export {
	decodeSafetensors,
	encodeSafetensors,
	type Stored,
	type StoredTensor,
} from "./safetensors.ts";
export { constant, cosine, oneCycle, type Schedule } from "./schedule.ts";
export {
	type EpochReport,
	type StepReport,
	type TrainingState,
	type TrainOptions,
	type TrainResult,
	train,
} from "./train.ts";
