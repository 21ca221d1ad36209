export {
	type LeakyReluAttrs,
	leakyRelu,
	leakyReluInputGrad,
	relu,
	reluInputGrad,
} from "./activation.ts";
export { add, div, mul, type NoAttrs, sub } from "./elementwise.ts";
export type { Extents, Padding } from "./padding.ts";
export {
	type BroadcastAttrs,
	broadcastTo,
	mean,
	type ReduceAttrs,
	sum,
} from "./reduce.ts";
export { scale } from "./scale.ts";
