import { type Bound, bind, boundAt } from "./bind.ts";
import type { Region } from "./commands.ts";
import { bytesOf } from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import type { Dispatch, Grid, Kernel, Variant } from "./kernel.ts";
import { hasLive } from "./live.ts";
import { planSlots } from "./plan-slots.ts";
import { type Operand, type Recording, Slot } from "./recording.ts";
import { sizeOf } from "./shape.ts";
import { callOf, operandsOf, type Task, tasksOf } from "./tasks.ts";
import { packParams, UNIFORM_SLOT } from "./uniforms.ts";
import type { WebgpuDevice } from "./webgpu.ts";

/** What a program holds on the GPU, in bytes. */
export interface ProgramMemory {
	/** Buffers for everything between the arguments and the results. */
	readonly planned: number;
	/** Least that any plan of the same steps needs. */
	readonly lowerBound: number;
	/** Values uploaded while recording, and uniforms. */
	readonly constants: number;
}

/**
 * A recorded function as static GPU work.
 * @internal
 */
export interface Program {
	readonly memory: ProgramMemory;
	readonly dispatches: number;
	/** Compiles all pipelines, in parallel. Without it the first replay compiles them one by one. */
	prepare(): Promise<void>;
	/** Records one run of everything with these arguments; nothing is submitted. */
	replay(args: readonly Region[]): void;
	/** Where the results are after a replay, until the next one. */
	readonly results: readonly Region[];
	free(): void;
}

/** A dispatch, ready but for its pipeline. */
interface Command {
	readonly kernel: Kernel;
	readonly constants: Dispatch["constants"];
	readonly grid: Grid;
	readonly group: GPUBindGroup;
	/** Looked up at the first replay, when `prepare` may have compiled it. */
	pipeline?: GPUComputePipeline;
}

/**
 * Plans memory for what was recorded, and makes its bind groups and uniforms.
 * @internal
 */
export function programOf(device: WebgpuDevice, recording: Recording): Program {
	const { gpu, parts } = device;
	const tasks = tasksOf(device, recording);
	const { slots, plan } = planSlots(recording, tasks, gpu.limits.maxBufferSize);
	const slabs = plan.slabs.map((bytes) => parts.pool.make(bytes));
	const regions = new Map<Slot | undefined, Region>();
	slots.forEach((slot, i) => {
		const { slab, offset } = plan.places[i];
		regions.set(slot, { buffer: slabs[slab], offset, size: slot.bytes });
	});
	const regionOf = ({ shape, dtype, memory }: Operand): Bound => {
		const { slot, offset = 0 } =
			memory instanceof Slot ? (memory.host ?? { slot: memory }) : {};
		const at = regions.get(slot) ?? (memory as Region);
		return boundAt({ ...at, offset: at.offset + offset }, shape, dtype);
	};

	const stages = tasks.flatMap((task) =>
		task.variant.stages.map((stage) => ({ stage, task })),
	);
	const slotsOf = ({ stage }: { stage: Dispatch }) =>
		Math.ceil(stage.kernel.paramsSize / UNIFORM_SLOT);
	const isLive = ({ task }: { task: Task }) => hasLive(task.step.attrs);
	// The uniforms that change come first, so that one write covers them.
	const ordered = [
		...stages.filter(isLive),
		...stages.filter((s) => !isLive(s)),
	];
	const offsets = new Map<object, number>();
	let used = 0;
	let changing = 0;
	for (const s of ordered) {
		offsets.set(s, used * UNIFORM_SLOT);
		used += slotsOf(s);
		if (isLive(s)) changing = used;
	}
	const host = new DataView(new ArrayBuffer(Math.max(1, used) * UNIFORM_SLOT));
	const uniforms = gpu.createBuffer({
		label: "uniforms of a captured step",
		size: host.byteLength,
		usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
	});
	for (const s of ordered) {
		const { kernel, params } = s.stage;
		packParams(kernel, params, host, offsets.get(s) as number);
	}
	gpu.queue.writeBuffer(uniforms, 0, host.buffer);

	const buffersOf = new Map(
		tasks.map((task) => {
			const operands = Object.entries(operandsOf(task));
			const bound = operands.map(([name, o]) => [name, regionOf(o)] as const);
			return [task, Object.fromEntries(bound)] as const;
		}),
	);
	const commands = stages.map((s): Command => {
		const { constants, grid } = s.stage;
		const params = {
			buffer: uniforms,
			offset: offsets.get(s) as number,
			size: Math.ceil(s.stage.kernel.paramsSize / 16) * 16,
		};
		const buffers = buffersOf.get(s.task) ?? {};
		const { kernel, group } = bind(gpu, parts, s.stage, buffers, params);
		return { kernel, constants, grid, group };
	});
	const live = ordered.filter(isLive).map((s) => ({
		...s,
		offset: offsets.get(s) as number,
		at: s.task.variant.stages.indexOf(s.stage),
	}));

	function refresh(): void {
		if (!live.length) return;
		let before: Task | undefined;
		let now: Variant | undefined;
		for (const { task, stage, offset, at } of live) {
			if (task !== before) {
				const { spec } = task.step;
				now = spec.launch(callOf(device, task.step))[task.index];
			}
			before = task;
			const params = (now as Variant).stages[at].params;
			packParams(stage.kernel, params, host, offset);
		}
		// The write would overtake a replay that is recorded but not submitted.
		device.submit();
		const bytes = changing * UNIFORM_SLOT;
		gpu.queue.writeBuffer(uniforms, 0, host.buffer, 0, bytes);
	}

	const planned = plan.slabs.reduce((a, b) => a + b, 0);
	return {
		memory: {
			planned,
			lowerBound: plan.lowerBound,
			constants:
				host.byteLength +
				recording.constants.reduce(
					(n, t) => n + bytesOf(t.dtype, sizeOf(t.shape)),
					0,
				),
		},
		dispatches: commands.length,
		async prepare() {
			await Promise.all(
				commands.map(({ kernel, constants }) =>
					parts.pipelines.prepare(kernel, constants),
				),
			);
		},
		replay(args) {
			for (const [memory, t] of recording.outer) {
				if (t.storage !== memory) {
					throw new DeviceError(
						`capture: a tensor [${t.shape}] that the captured step uses has been freed; keep it, or capture again`,
					);
				}
			}
			for (const effect of recording.effects) effect();
			refresh();
			recording.args.forEach((arg, i) => {
				if (regions.has(arg.memory as Slot)) {
					const to = regionOf(arg);
					const size = bytesOf(arg.dtype, sizeOf(arg.shape));
					parts.commands.copy(args[i], { ...to, size });
				}
			});
			for (const command of commands) {
				const { kernel, constants, grid, group } = command;
				command.pipeline ??= parts.pipelines.get(kernel, constants);
				parts.commands.dispatch(command.pipeline, group, grid);
			}
		},
		results: recording.results.map(regionOf),
		free() {
			// Its commands may be recorded still.
			device.submit();
			for (const slab of slabs) parts.pool.drop(slab);
			for (const t of recording.constants) device.free(t);
			uniforms.destroy();
		},
	};
}
