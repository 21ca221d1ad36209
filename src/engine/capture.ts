import { keep, scope } from "./arena.ts";
import type { Region } from "./commands.ts";
import { type Device, defaultDevice } from "./device.ts";
import { DeviceError, GradientError } from "./errors.ts";
import { type Program, type ProgramMemory, programOf } from "./program.ts";
import { isCapturing, type Recording, recordSteps } from "./recording.ts";
import { formatShape } from "./shape.ts";
import { isRecording } from "./tape.ts";
import { needed } from "./tasks.ts";
import { Tensor } from "./tensor.ts";
import { leaves, mapTree, type Tree } from "./tree.ts";
import type { WebgpuDevice } from "./webgpu.ts";

/** A captured function: called like the original. */
export interface Captured<Args extends readonly Tree[], R> {
	(...args: Args): R;
	/**
	 * Records the function for arguments of these shapes and compiles its
	 * pipelines in parallel, without running it. Returns what it will hold and do;
	 * undefined on the CPU device, which captures nothing.
	 */
	prepare(...args: Args): Promise<ProgramReport | undefined>;
	/** Gives its memory back. Results of earlier calls become unusable. */
	free(): void;
}

/** What a captured function holds and does. */
export interface ProgramReport {
	readonly memory: ProgramMemory;
	readonly dispatches: number;
}

interface Entry {
	readonly recording: Recording;
	/** Made at the first call, or by `prepare` when variants have been compared. */
	program: Program | undefined;
	/** The function's result, with stand-ins for tensors. */
	readonly result: unknown;
	readonly standIns: readonly Tensor[];
}

/**
 * Turns a function of tensors into one that runs its JavaScript once and from
 * then on replays the GPU work it caused: memory planned, bind groups made, one
 * submission, the same numbers. Arguments are trees of tensors; other shapes
 * record again. Tensors from outside (parameters) are used where they are, and
 * their updates in place happen in every call. Numbers that change are given
 * to ops as `live`; other side effects of the function happen only while it
 * is recorded. Results are overwritten by the next call: read them before it.
 */
export function capture<Args extends readonly Tree[], R>(
	f: (...args: Args) => R,
): Captured<Args, R> {
	const entries = new Map<string, Entry>();

	function entryOf(device: WebgpuDevice, args: Args): Entry {
		const given = leaves(args);
		const key = given.map((t) => t.dtype + formatShape(t.shape)).join();
		const known = entries.get(key);
		if (known) return known;
		let result: unknown;
		let standIns: Tensor[] = [];
		const recording = recordSteps(device, given, (placeholders) => {
			let next = 0;
			const stood = mapTree<unknown, Tensor>(args, () => placeholders[next++]);
			result = f(...(stood as unknown as Args));
			standIns = leaves(result);
			return result;
		});
		const entry = { recording, program: undefined, result, standIns };
		entries.set(key, entry);
		return entry;
	}
	function programIn(device: WebgpuDevice, entry: Entry): Program {
		entry.program ??= programOf(device, entry.recording);
		return entry.program;
	}

	function call(...args: Args): R {
		const device = deviceOf(args);
		if (device.kind === "cpu" || isCapturing(device)) {
			return scope(() => f(...args));
		}
		if (isRecording()) {
			throw new GradientError(
				"capture: a captured function cannot be differentiated; capture the one that calls valueAndGrad",
			);
		}
		const gpu = device as WebgpuDevice;
		const entry = entryOf(gpu, args);
		const { result, standIns } = entry;
		const program = programIn(gpu, entry);
		program.replay(leaves(args).map((t) => t.storage as Region));
		return mapTree(result, (t) => {
			const region = program.results[standIns.indexOf(t)];
			return keep(new Tensor(device, t.shape, t.dtype, region));
		}) as R;
	}
	return Object.assign(call, {
		async prepare(...args: Args) {
			const device = deviceOf(args);
			if (device.kind === "cpu") return undefined;
			const gpu = device as WebgpuDevice;
			const entry = entryOf(gpu, args);
			if (!entry.program) await gpu.tune?.(needed(entry.recording));
			const program = programIn(gpu, entry);
			await program.prepare();
			const { memory, dispatches } = program;
			return { memory, dispatches };
		},
		free() {
			for (const { program, recording } of entries.values()) {
				if (program) program.free();
				else for (const t of recording.constants) t.device.free(t);
			}
			entries.clear();
		},
	});
}

function deviceOf(args: readonly Tree[]): Device {
	args.forEach((arg, i) => {
		if (leaves(arg).length === 0) {
			throw new DeviceError(
				`capture: argument ${i + 1} holds no tensor; give numbers that change as live(() => value) to the ops that use them`,
			);
		}
	});
	return leaves(args)[0]?.device ?? defaultDevice();
}
