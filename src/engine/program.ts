import type { Region } from "./commands.ts";
import { bytesOf, type DType } from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import type { Dispatch, Variant } from "./kernel.ts";
import { hasLive, resolved } from "./live.ts";
import { type AnyLaunch, bareName, perInput } from "./op.ts";
import { type Plan, planMemory } from "./plan.ts";
import { type Operand, type Recording, Slot, type Step } from "./recording.ts";
import { type Shape, sizeOf } from "./shape.ts";
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

/** A recorded function as static GPU work. */
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

/** A step with the variant it runs as, and its scratch by name. */
interface Task {
	readonly step: Step;
	readonly index: number;
	readonly variant: Variant;
	readonly scratch: Readonly<Record<string, Operand>>;
}

/** Plans memory for what was recorded, and makes its bind groups and uniforms. */
export function programOf(device: WebgpuDevice, recording: Recording): Program {
	const { gpu, parts } = device;
	const tasks = needed(recording).map((step) => taskOf(device, step));
	const { slots, plan } = planSlots(recording, tasks, gpu.limits.maxBufferSize);
	const slabs = plan.slabs.map((bytes) => parts.pool.make(bytes));
	const regions = new Map<unknown, Region>();
	slots.forEach((slot, i) => {
		const { slab, offset } = plan.places[i];
		regions.set(slot, { buffer: slabs[slab], offset, size: slot.bytes });
	});
	const regionOf = ({ shape, dtype, memory }: Operand): Bound => {
		const at = regions.get(memory) ?? (memory as Region);
		const size = Math.max(16, bytesOf(dtype, sizeOf(shape)));
		return { buffer: at.buffer, offset: at.offset, size, dtype };
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

	const commands = stages.map((s) => {
		const bound = bindings(s.stage, s.task, regionOf);
		const kernel = parts.storedAs(s.stage.kernel, bound.types);
		const size = Math.ceil(kernel.paramsSize / 16) * 16;
		const params = {
			buffer: uniforms,
			offset: offsets.get(s) as number,
			size,
		};
		const layout = parts.pipelines.layoutOf(kernel);
		const group = gpu.createBindGroup({
			layout,
			entries: kernel.bindings.map(({ name, binding, access }) => ({
				binding,
				resource:
					access === "uniform"
						? params
						: (bound.regions[name] ?? parts.nothing),
			})),
		});
		return { kernel, constants: s.stage.constants, grid: s.stage.grid, group };
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
				if (regions.has(arg.memory)) {
					const to = regionOf(arg);
					const size = bytesOf(arg.dtype, sizeOf(arg.shape));
					parts.commands.copy(args[i], { ...to, size });
				}
			});
			for (const { kernel, constants, grid, group } of commands) {
				const pipeline = parts.pipelines.get(kernel, constants);
				parts.commands.dispatch(pipeline, group, grid);
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

interface Bound extends Region {
	readonly dtype: DType;
}

/** A step as its op's `launch` sees it, with live numbers as they are now. */
function callOf(
	device: WebgpuDevice,
	{ spec, inputs, attrs, y }: Step,
): AnyLaunch {
	return {
		shapes: perInput(spec, inputs, (t) => t.shape) as Record<string, Shape>,
		y: (y ?? updated(spec, inputs)).shape,
		attrs: resolved(attrs),
		capabilities: device.capabilities,
	};
}

function updated(spec: Step["spec"], inputs: Step["inputs"]): Operand {
	const name = (spec.updates as readonly string[])[0];
	return inputs[(spec.inputs as string[]).indexOf(name)] as Operand;
}

/** The steps that a result or a tensor from outside depends on. */
function needed({ steps, results }: Recording): Step[] {
	const wanted = new Set(results.map((r) => r.memory));
	const kept: Step[] = [];
	for (const step of [...steps].reverse()) {
		const { spec, inputs, y } = step;
		const written = y ? [y] : inputs.filter((_, i) => isUpdated(spec, i));
		const matters = written.some(
			(o) => o && (wanted.has(o.memory) || !(o.memory instanceof Slot)),
		);
		if (!matters) continue;
		for (const operand of inputs) if (operand) wanted.add(operand.memory);
		kept.push(step);
	}
	return kept.reverse();
}

function isUpdated(spec: Step["spec"], input: number): boolean {
	return spec.updates?.includes(bareName(spec.inputs[input])) ?? false;
}

function taskOf(device: WebgpuDevice, step: Step): Task {
	const call = callOf(device, step);
	const variants = step.spec.launch(call);
	const variant = device.choose(step.spec, variants, call);
	const scratch = Object.entries(variant.scratch).map(
		([name, elements]): [string, Operand] => [
			name,
			{ shape: [elements], dtype: "f32", memory: new Slot(4 * elements) },
		],
	);
	return {
		step,
		index: variants.indexOf(variant),
		variant,
		scratch: Object.fromEntries(scratch),
	};
}

/** The slots and where they go: each lives from the task that writes it first to the last that uses it. */
function planSlots(
	{ args, results }: Recording,
	tasks: readonly Task[],
	limit: number,
): { slots: Slot[]; plan: Plan } {
	const spans = new Map<Slot, { first: number; last: number }>();
	const touch = (operand: Operand | undefined, t: number) => {
		const slot = operand?.memory;
		if (!(slot instanceof Slot)) return;
		const span = spans.get(slot);
		if (span) span.last = t;
		else spans.set(slot, { first: t, last: t });
	};
	tasks.forEach(({ step, scratch }, t) => {
		for (const operand of step.inputs) touch(operand, t);
		touch(step.y, t);
		for (const operand of Object.values(scratch)) touch(operand, t);
	});
	// Arguments are written before the first task, results stay to the end.
	for (const { memory } of args) {
		const span = spans.get(memory as Slot);
		if (span) span.first = -1;
	}
	for (const operand of results) touch(operand, tasks.length);
	const slots = [...spans.keys()];
	const apart = slotsApart(tasks);
	const requests = slots.map((slot) => ({
		bytes: slot.bytes,
		...(spans.get(slot) as { first: number; last: number }),
		apart: new Set([...(apart.get(slot) ?? [])].map((s) => slots.indexOf(s))),
	}));
	return { slots, plan: planMemory(requests, limit) };
}

/**
 * For each slot those that cannot share its buffer: in one dispatch WebGPU
 * allows no buffer to be bound for reading here and for writing there, not even
 * in parts that do not overlap.
 */
function slotsApart(tasks: readonly Task[]): Map<Slot, Set<Slot>> {
	const apart = new Map<Slot, Set<Slot>>();
	const separate = (a: Slot, b: Slot) => {
		if (a === b) return;
		const others = apart.get(a) ?? new Set();
		apart.set(a, others.add(b));
	};
	for (const task of tasks) {
		const operands = operandsOf(task);
		for (const { kernel, rename } of task.variant.stages) {
			const slots = (access: string) =>
				kernel.bindings.flatMap((b) => {
					const memory = operands[rename[b.name] ?? b.name]?.memory;
					return b.access === access && memory instanceof Slot ? [memory] : [];
				});
			for (const read of slots("read")) {
				for (const written of slots("read_write")) {
					separate(read, written);
					separate(written, read);
				}
			}
		}
	}
	return apart;
}

/** A step's operands by the names that its stages bind them under. */
function operandsOf({ step, scratch }: Task): Record<string, Operand> {
	const { spec, inputs, y } = step;
	const given = (spec.inputs as string[]).flatMap((name, i) => {
		const operand = inputs[i];
		return operand ? [[bareName(name), operand] as const] : [];
	});
	return { ...scratch, ...Object.fromEntries(given), ...(y && { y }) };
}

/** What a dispatch binds, by the kernel's names, and the element types other than f32. */
function bindings(
	{ kernel, rename }: Dispatch,
	task: Task,
	regionOf: (operand: Operand) => Bound,
) {
	const operands = operandsOf(task);
	const regions: Record<string, Bound> = {};
	const types: Record<string, DType> = {};
	for (const { name, access } of kernel.bindings) {
		const operand = operands[rename[name] ?? name];
		if (access === "uniform" || !operand) continue;
		const region = regionOf(operand);
		regions[name] = region;
		if (region.dtype !== "f32") types[name] = region.dtype;
	}
	return { regions, types };
}
