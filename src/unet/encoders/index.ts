export { densenet121 } from "./densenet121.ts";
export { mobilenetV2 } from "./mobilenet-v2.ts";
export {
	type Encoder,
	type EncoderTensor,
	encoderTensors,
	type LayerSet,
} from "./network.ts";
export {
	encoderResults,
	encoderSize,
	type FrozenEncoder,
	loadEncoder,
	randomEncoder,
} from "./run.ts";
