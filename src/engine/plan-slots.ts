import type { Dispatch } from "./kernel.ts";
import { type Plan, planMemory } from "./plan.ts";
import {
	type Operand,
	type Recording,
	type Slot,
	wholeSlot,
} from "./recording.ts";
import { operandsOf, type Task } from "./tasks.ts";

/** The slots and where they go: each lives from the dispatch that writes it first to the last that uses it. */
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
	let now = 0;
	for (const task of tasks) {
		for (const stage of task.variant.stages) {
			for (const { operand } of boundBy(task, stage)) touch(operand, now);
			now++;
		}
	}
	// Arguments are written before the first task, results stay to the end.
	for (const { memory } of args) {
		const span = spans.get(wholeSlot(memory) as Slot);
		if (span) span.first = -1;
	}
	for (const operand of results) touch(operand, now);
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
		for (const stage of task.variant.stages) {
			const bound = boundBy(task, stage);
			const slots = (access: string) =>
				bound.flatMap((b) => {
					const slot = wholeSlot(b.operand.memory);
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

/** What a dispatch of a task binds, and how. */
function boundBy(task: Task, { kernel, rename }: Dispatch) {
	const operands = operandsOf(task);
	return kernel.bindings.flatMap(({ name, access }) => {
		const operand = operands[rename[name] ?? name];
		return operand ? [{ operand, access }] : [];
	});
}
