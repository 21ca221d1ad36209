import { withEpilogue } from "./epilogue.ts";
import type { Dispatch } from "./kernel.ts";
import { isUpdated } from "./launch.ts";
import { hasLive } from "./live.ts";
import { bareName } from "./op.ts";
import { type Operand, type Recording, Slot, type Step } from "./recording.ts";
import { sizeOf } from "./shape.ts";
import { callOf, type Task } from "./tasks.ts";
import type { WebgpuDevice } from "./webgpu.ts";

/**
 * Lets tasks do the elementwise ops that follow in their own stores, where
 * nobody else needs the value between: it is never in memory then. The numbers
 * stay the same.
 */
export function fuseEpilogues(
	device: WebgpuDevice,
	tasks: readonly Task[],
	{ results }: Recording,
): Task[] {
	const users = new Map<unknown, number>();
	const use = (o: Operand | undefined) => {
		if (o) users.set(o.memory, (users.get(o.memory) ?? 0) + 1);
	};
	for (const { step } of tasks) step.inputs.forEach(use);
	results.forEach(use);

	const done: Task[] = [];
	/** Positions in `done` of the tasks that wrote memory last. */
	const writer = new Map<unknown, number>();
	/** The last that wrote memory from outside, perhaps under several names. */
	let updated = -1;
	const readyAt = ({ memory }: Operand) =>
		memory instanceof Slot ? (writer.get(memory) ?? -1) : updated;

	const fused = ({ step }: Task): number | undefined => {
		const { spec, inputs, attrs, y } = step;
		if (!y || !spec.epilogueOf || hasLive(attrs)) return undefined;
		for (const [i, value] of inputs.entries()) {
			const name = bareName(spec.inputs[i]);
			if (!value || !spec.epilogueOf.includes(name)) continue;
			const at = writer.get(value.memory);
			if (at === undefined || users.get(value.memory) !== 1) continue;
			const others = inputs.filter((o): o is Operand => !!o && o !== value);
			if (others.some((o) => readyAt(o) >= at)) continue;
			const task = joined(device, done[at], step, name);
			if (!task) continue;
			done[at] = task;
			return at;
		}
		return undefined;
	};
	for (const task of tasks) {
		const { spec, inputs, y } = task.step;
		const at = fused(task) ?? done.push(task) - 1;
		if (y) writer.set(y.memory, at);
		inputs.forEach((o, i) => {
			if (!o || !isUpdated(spec, i)) return;
			if (o.memory instanceof Slot) writer.set(o.memory, at);
			else updated = at;
		});
	}
	return done;
}

/** The task with `next` done where it stores its result, if its kernels can. */
function joined(
	device: WebgpuDevice,
	task: Task,
	next: Step,
	taken: string,
): Task | undefined {
	const { step, variant } = task;
	const { spec, y } = step;
	const fits =
		spec.takesEpilogue &&
		y?.memory instanceof Slot &&
		!y.memory.host &&
		// Others would have to be rounded as in memory; lavapipe leaves f32(f16(v)) out.
		y.dtype === "f32" &&
		next.y &&
		sizeOf(y.shape) === sizeOf(next.y.shape);
	const last = variant.stages.at(-1);
	if (!fits || !last || variant.stages.some((s) => s !== last && binds(s, "y")))
		return undefined;
	for (const { stages } of next.spec.launch(callOf(device, next))) {
		const finished = withEpilogue(last, stages[0], taken);
		if (!finished) continue;
		const { stage, bound } = finished;
		const arrays = stage.kernel.bindings.filter((b) => b.access !== "uniform");
		const { maxStorageBuffersPerShaderStage: most } = device.gpu.limits;
		if (arrays.length > most) return undefined;
		const others = { ...task.others };
		next.spec.inputs.forEach((input: string, i: number) => {
			const name = bound[bareName(input)];
			const operand = next.inputs[i];
			if (name && operand) others[name] = operand;
		});
		return {
			...task,
			// The shape stays what `launch` decided on.
			step: { ...step, y: { ...next.y, shape: y.shape } as Operand },
			variant: {
				...variant,
				stages: [...variant.stages.slice(0, -1), stage],
			},
			others,
		};
	}
	return undefined;
}

function binds({ kernel, rename }: Dispatch, tensor: string): boolean {
	return kernel.bindings.some((b) => (rename[b.name] ?? b.name) === tensor);
}
