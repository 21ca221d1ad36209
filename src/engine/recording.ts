import { release, scope } from "./arena.ts";
import { bindableBytes } from "./bind.ts";
import { bytesOf, type DType } from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import { firstUpdated, isUpdated } from "./launch.ts";
import { collectEffects } from "./live.ts";
import type { Op } from "./op.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import { leaves } from "./tree.ts";
import type { WebgpuDevice } from "./webgpu.ts";

/** Memory that a program plans: that of a tensor made while recording, or scratch. */
export class Slot {
	readonly bytes: number;
	/** Set where it is a part of another. */
	host: { readonly slot: Slot; readonly offset: number } | undefined;
	constructor(bytes: number) {
		this.bytes = bytes;
	}
}

/** A tensor as a recorded op uses it. `memory` is a `Slot`, or a region of a tensor made outside. */
export interface Operand {
	readonly shape: Shape;
	readonly dtype: DType;
	readonly memory: unknown;
}

/** One recorded op. */
export interface Step {
	readonly spec: Op["spec"];
	readonly inputs: readonly (Operand | undefined)[];
	/** As called: numbers in it may be live. */
	readonly attrs: object;
	/** Undefined where the op updates its inputs. */
	readonly y: Operand | undefined;
}

/** The slot that is planned for a memory; undefined for memory from outside. */
export function wholeSlot(memory: unknown): Slot | undefined {
	if (!(memory instanceof Slot)) return undefined;
	return memory.host?.slot ?? memory;
}

/** What a step writes. */
export function writtenBy({ spec, inputs, y }: Step): Operand[] {
	const updated = inputs.filter((_, i) => isUpdated(spec, i));
	return [y, ...updated].filter((o) => o !== undefined);
}

/** What a function did with its arguments. */
export interface Recording {
	readonly steps: readonly Step[];
	readonly args: readonly Operand[];
	/** What it returned. */
	readonly results: readonly Operand[];
	/** Tensors from outside that it used, by their memory. */
	readonly outer: ReadonlyMap<unknown, Tensor>;
	/** To be done on the host before each replay. */
	readonly effects: readonly (() => void)[];
	/** Tensors uploaded inside: the same values in every replay. */
	readonly constants: readonly Tensor[];
}

const recording = new Set<WebgpuDevice>();

/** Whether the device records instead of running. */
export function isCapturing(device: object): boolean {
	return recording.has(device as WebgpuDevice);
}

/** Runs `f` on stand-ins for `args`; nothing is computed. */
export function recordSteps(
	device: WebgpuDevice,
	args: readonly Tensor[],
	f: (standIns: readonly Tensor[]) => unknown,
): Recording {
	const steps: Step[] = [];
	const outer = new Map<unknown, Tensor>();
	const constants: Tensor[] = [];
	const { run, upload, read, free } = device;
	const use = (t: Tensor): Operand => {
		const { storage } = t;
		const inside =
			storage instanceof Slot || constants.some((c) => c.storage === storage);
		if (!inside && !outer.has(storage)) outer.set(storage, t);
		return operandOf(t);
	};
	const make = (shape: Shape, dtype: DType) =>
		new Tensor(device, shape, dtype, new Slot(bytesOf(dtype, sizeOf(shape))));
	const fail = (what: string) => {
		throw new DeviceError(
			`capture: ${what} inside a captured step; return the tensor and read it outside`,
		);
	};
	const recorder: Partial<WebgpuDevice> = {
		run(spec, inputs, attrs, out) {
			const operands = inputs.map((t) => t && use(t));
			if (spec.alias) {
				const source = inputs[spec.inputs.indexOf(spec.alias)] as Tensor;
				return new Tensor(device, out.shape, source.dtype, source.storage);
			}
			if (spec.updates) {
				steps.push({ spec, inputs: operands, attrs, y: undefined });
				return firstUpdated<Tensor>(spec, inputs);
			}
			bindableBytes(spec, out.shape, out.dtype, device.gpu.limits);
			const y = make(out.shape, out.dtype);
			steps.push({ spec, inputs: operands, attrs, y: operandOf(y) });
			return y;
		},
		upload(values, shape, dtype) {
			const t = upload(values, shape, dtype);
			constants.push(t);
			return new Tensor(device, shape, dtype, t.storage);
		},
		read: () => fail("data() or item()"),
		free() {},
	};
	recording.add(device);
	Object.assign(device, recorder);
	try {
		const standIns = args.map((t) => make(t.shape, t.dtype));
		let found: Tensor[] = [];
		const effects = collectEffects(() => {
			found = leaves(scope(() => f(standIns)));
		});
		const results = found.map(use);
		for (const t of found) if (t.storage instanceof Slot) release(t);
		const stood = standIns.map(operandOf);
		return { steps, args: stood, results, outer, effects, constants };
	} finally {
		Object.assign(device, { run, upload, read, free });
		recording.delete(device);
	}
}

function operandOf({ shape, dtype, storage }: Tensor): Operand {
	return { shape, dtype, memory: storage };
}
