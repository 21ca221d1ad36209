import type { Region } from "./commands.ts";
import { bytesOf } from "./dtype.ts";
import { isUpdated } from "./launch.ts";
import { aligned } from "./plan.ts";
import { type Operand, type Recording, Slot, type Step } from "./recording.ts";
import { sizeOf } from "./shape.ts";

/**
 * An update that is this large is not joined with more: launching it costs
 * nothing beside it, and the gradients of all would have to wait for the last.
 */
const ENOUGH_BYTES = 4 << 20;

/**
 * Joins neighbouring updates of tensors that lie side by side into one step
 * over all of them. What they read (gradients) is then planned side by side
 * too, with the same gaps; the gaps hold anything and nobody reads them.
 */
export function joinUpdates(
	steps: readonly Step[],
	{ results }: Recording,
): Step[] {
	const joined: Step[] = [];
	let run: Step[] = [];
	const close = () => {
		joined.push(...(run.length > 1 ? [joinedStep(run)] : run));
		run = [];
	};
	const returned = new Set(results.map((r) => r.memory));
	for (const step of steps) {
		const fits = joinable(step, returned);
		if (!fits || (run.length && !follows(run, step))) close();
		if (fits) run.push(step);
		else joined.push(step);
		if (bytesOfAll(run) >= ENOUGH_BYTES) close();
	}
	close();
	return joined;
}

/** Whether the op goes over several tensors at once, on memory that can be so. */
function joinable(step: Step, returned: ReadonlySet<unknown>): boolean {
	const { spec, inputs, attrs } = step;
	if (!spec.together?.(1, attrs)) return false;
	return inputs.every((operand, i) => {
		if (!operand) return true;
		const { memory, dtype } = operand;
		if (isCommon(spec, i)) return true;
		if (dtype !== "f32") return false;
		return isUpdated(spec, i)
			? !(memory instanceof Slot)
			: memory instanceof Slot && !memory.host && !returned.has(memory);
	});
}

/** Whether a step is the next of a run: the same call on the memory behind the last. */
function follows(run: readonly Step[], next: Step): boolean {
	const last = run[run.length - 1];
	if (last.spec !== next.spec || !sameAttrs(last.attrs, next.attrs))
		return false;
	return next.inputs.every((operand, i) => {
		const before = last.inputs[i];
		if (!operand || !before) return operand === before;
		if (isCommon(next.spec, i)) return operand.memory === before.memory;
		if (!isUpdated(next.spec, i)) {
			// One tensor as the gradient of two cannot lie in two places.
			return run.every((s) => s.inputs[i]?.memory !== operand.memory);
		}
		const [a, b] = [before.memory as Region, operand.memory as Region];
		return a.buffer === b.buffer && b.offset === a.offset + room(before);
	});
}

function isCommon({ inputs, common }: Step["spec"], input: number): boolean {
	return common?.includes(inputs[input]) ?? false;
}

function joinedStep(run: readonly Step[]): Step {
	const [{ spec, attrs, inputs }] = run;
	const bytes = bytesOfAll(run);
	const shape = spec.together?.(bytes / 4, attrs) ?? [];
	const all = inputs.map((first, i): Operand | undefined => {
		if (!first || isCommon(spec, i)) return first;
		if (isUpdated(spec, i)) {
			const { buffer, offset } = first.memory as Region;
			const memory: Region = { buffer, offset, size: bytes };
			return { shape, dtype: "f32", memory };
		}
		const host = new Slot(bytes);
		let offset = 0;
		for (const { inputs } of run) {
			const operand = inputs[i] as Operand;
			(operand.memory as Slot).host = { slot: host, offset };
			offset += room(operand);
		}
		return { shape, dtype: "f32", memory: host };
	});
	return { spec, attrs, inputs: all, y: undefined };
}

function bytesOfAll(run: readonly Step[]): number {
	return run.reduce((n, { inputs }) => n + room(inputs[0] as Operand), 0);
}

function room({ dtype, shape }: Operand): number {
	return aligned(bytesOf(dtype, sizeOf(shape)));
}

function sameAttrs(a: object, b: object): boolean {
	const [x, y] = [Object.entries(a), Object.entries(b)];
	return (
		x.length === y.length &&
		x.every(([key, v]) => (b as Record<string, unknown>)[key] === v)
	);
}
