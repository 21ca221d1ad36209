import type { Region } from "./commands.ts";
import { bytesOf, type DType } from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import type { Dispatch, Variant } from "./kernel.ts";
import { declaredAlike } from "./kernel-forms.ts";
import { hasLive, resolved } from "./live.ts";
import { bareName, perInput } from "./op.ts";
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
	const tasks = recording.steps.map((step) => taskOf(device, step));
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
		const kernel = parts.formOf(s.stage.kernel, bound.form);
		const size = Math.ceil(kernel.paramsSize / 16) * 16;
		const params = {
			buffer: uniforms,
			offset: offsets.get(s) as number,
			size,
		};
		const layout = parts.pipelines.layoutOf(kernel);
		let absent = 0;
		const group = gpu.createBindGroup({
			layout,
			entries: kernel.bindings.map(({ name, binding, access }) => ({
				binding,
				resource:
					access === "uniform"
						? params
						: (bound.regions[name] ?? parts.nothing(absent++)),
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
			if (task !== before) now = variantsOf(device, task.step)[task.index];
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

/** The variants of a step's op for its live numbers as they are now. */
function variantsOf(device: WebgpuDevice, { spec, inputs, attrs, y }: Step) {
	return spec.launch({
		shapes: perInput(spec, inputs, (t) => t.shape) as Record<string, Shape>,
		y: (y ?? updated(spec, inputs)).shape,
		attrs: resolved(attrs),
		capabilities: device.capabilities,
	});
}

function updated(spec: Step["spec"], inputs: Step["inputs"]): Operand {
	const name = (spec.updates as readonly string[])[0];
	return inputs[(spec.inputs as string[]).indexOf(name)] as Operand;
}

function taskOf(device: WebgpuDevice, step: Step): Task {
	const variants = variantsOf(device, step);
	const variant = device.choose(step.spec, variants);
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
	const requests = slots.map((slot) => ({
		bytes: slot.bytes,
		...(spans.get(slot) as { first: number; last: number }),
	}));
	return { slots, plan: planMemory(requests, limit) };
}

/** What a dispatch binds, by the kernel's names, and the form of the kernel that can bind it. */
function bindings(
	{ kernel, rename }: Dispatch,
	{ step, scratch }: Task,
	regionOf: (operand: Operand) => Bound,
) {
	const operands: Record<string, Operand | undefined> = { ...scratch };
	(step.spec.inputs as string[]).forEach((name, i) => {
		operands[bareName(name)] = step.inputs[i];
	});
	if (step.y) operands.y = step.y;
	const regions: Record<string, Bound> = {};
	const types: Record<string, DType> = {};
	const reads = new Set<GPUBuffer>();
	const writes = new Set<GPUBuffer>();
	for (const { name, access } of kernel.bindings) {
		const operand = operands[rename[name] ?? name];
		if (access === "uniform" || !operand) continue;
		const region = regionOf(operand);
		regions[name] = region;
		if (region.dtype !== "f32") types[name] = region.dtype;
		(access === "read" ? reads : writes).add(region.buffer);
	}
	const writable = [...reads].some((buffer) => writes.has(buffer));
	const same: Record<string, string> = {};
	// Bound for writing, no two parts may overlap: one binding stands for both.
	for (const [name, region] of writable ? Object.entries(regions) : []) {
		const other = Object.keys(regions).find(
			(o) =>
				o !== name &&
				!(o in same) &&
				regions[o].buffer === region.buffer &&
				regions[o].offset === region.offset,
		);
		if (!other) continue;
		if (!declaredAlike(kernel, name, other)) {
			throw new DeviceError(
				`capture: ${step.spec.name} cannot be given one tensor as both ${name} and ${other} in a captured step; copy it with scale`,
			);
		}
		same[name] = other;
	}
	return { regions, form: { types, same, writable } };
}
