import { type Plan, planMemory } from "./plan.ts";
import { type Operand, type Recording, Slot } from "./recording.ts";
import { operandsOf, type Task } from "./tasks.ts";

/** The slots and where they go: each lives from the task that writes it first to the last that uses it. */
export function planSlots(
	{ args, results }: Recording,
	tasks: readonly Task[],
	limit: number,
): { slots: Slot[]; plan: Plan } {
	const spans = new Map<Slot, { first: number; last: number }>();
	const touch = (operand: Operand | undefined, t: number) => {
		const slot = wholeSlot(operand?.memory);
		if (!slot) return;
		const span = spans.get(slot);
		if (span) span.last = t;
		else spans.set(slot, { first: t, last: t });
	};
	tasks.forEach(({ step, others }, t) => {
		for (const operand of step.inputs) touch(operand, t);
		touch(step.y, t);
		for (const operand of Object.values(others)) touch(operand, t);
	});
	// Arguments are written before the first task, results stay to the end.
	for (const { memory } of args) {
		const span = spans.get(wholeSlot(memory) as Slot);
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
					const operand = operands[rename[b.name] ?? b.name];
					const slot = wholeSlot(operand?.memory);
					return b.access === access && slot ? [slot] : [];
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

/** The slot that is planned for a memory; undefined for memory from outside. */
function wholeSlot(memory: unknown): Slot | undefined {
	if (!(memory instanceof Slot)) return undefined;
	return memory.host?.slot ?? memory;
}
