import type { Region } from "./commands.ts";
import { type Operand, type Step, wholeSlot, writtenBy } from "./recording.ts";

/**
 * Moves each update in place to where all that it waits for is done. Gradients
 * are then needed for a short time instead of all at once at the end, and their
 * memory serves the next. No value changes.
 */
export function updateEarly(steps: readonly Step[]): Step[] {
	const ordered: Step[] = [];
	for (const step of steps) {
		let at = ordered.length;
		if (step.spec.updates) {
			while (at > 0 && !mustPrecede(ordered[at - 1], step)) at--;
		}
		ordered.splice(at, 0, step);
	}
	return ordered;
}

/** Whether one of the two writes what the other uses. */
function mustPrecede(a: Step, b: Step): boolean {
	return meet(writtenBy(a), usedBy(b)) || meet(usedBy(a), writtenBy(b));
}

function usedBy({ inputs, y }: Step): Operand[] {
	return [y, ...inputs].filter((o) => !!o);
}

function meet(some: readonly Operand[], others: readonly Operand[]): boolean {
	return some.some((a) => others.some((b) => overlap(a.memory, b.memory)));
}

function overlap(a: unknown, b: unknown): boolean {
	const slot = wholeSlot(a);
	if (slot || wholeSlot(b)) return slot === wholeSlot(b);
	const [x, y] = [a as Region, b as Region];
	return (
		x.buffer === y.buffer &&
		x.offset < y.offset + y.size &&
		y.offset < x.offset + x.size
	);
}
