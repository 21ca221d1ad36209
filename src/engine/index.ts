export { type AdapterInfo, identify, type WebgpuOptions } from "./adapter.ts";
export { release, scope } from "./arena.ts";
export { type Captured, capture, type ProgramReport } from "./capture.ts";
export { cpuDevice } from "./cpu.ts";
export {
	type Capabilities,
	type Device,
	type DeviceIdentity,
	type DeviceStats,
	defaultDevice,
	setDefaultDevice,
} from "./device.ts";
export type { DType, HostArray } from "./dtype.ts";
export { DeviceError, GradientError, invalid, ShapeError } from "./errors.ts";
export {
	grad,
	type LossResult,
	type ValueAndGrad,
	valueAndGrad,
} from "./grad.ts";
export type {
	Dispatch,
	DispatchSpec,
	Grid,
	Kernel,
	KernelBinding,
	ParamField,
	Variant,
} from "./kernel.ts";
export {
	ceilDiv,
	dispatch,
	elementGrid,
	elementwise,
	linearGrid,
	single,
	vectorized,
} from "./kernel.ts";
export { kernelFrom } from "./kernel-source.ts";
export type { Live } from "./live.ts";
export { eachRun, live, mapLive } from "./live.ts";
export {
	defineOp,
	type GradContext,
	type Launch,
	type NdArray,
	type Op,
	type OpSpec,
	type PerInput,
} from "./op.ts";
export { pack } from "./pack.ts";
export type { PlatformGpu, PlatformGpuDevice } from "./platform-types.ts";
export type { ProgramMemory } from "./program.ts";
export { formatShape, type Shape, sameShape, sizeOf } from "./shape.ts";
export { skipIf } from "./skip.ts";
export {
	full,
	Tensor,
	type TensorOptions,
	type TensorValues,
	tensor,
	zeros,
} from "./tensor.ts";
export { leaves, type MapTree, mapTree, type Tree } from "./tree.ts";
export {
	type TunedOptions,
	type TuneReport,
	type Tuner,
	type TuningStore,
	textOf,
	tuned,
} from "./tuned.ts";
export {
	type Choice,
	parseTuning,
	type Tuning,
	TuningError,
} from "./tuning.ts";
export { browserStore } from "./tuning-store.ts";
export { type WebgpuDevice, webgpuDevice } from "./webgpu.ts";
