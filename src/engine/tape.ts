import type { Op } from "./op.ts";
import type { Tensor } from "./tensor.ts";

/** One recorded op. */
export interface TapeNode {
	readonly spec: Op["spec"];
	readonly inputs: readonly (Tensor | undefined)[];
	readonly attrs: object;
	readonly y: Tensor;
}

/** What a differentiated function did, in order. */
export interface Tape {
	readonly nodes: TapeNode[];
	/** The tensors that depend on what is differentiated. */
	readonly tracked: Set<Tensor>;
}

const open: Tape[] = [];

/** Notes an op on every open tape that tracks one of its inputs. */
export function record(
	spec: Op["spec"],
	inputs: readonly (Tensor | undefined)[],
	attrs: object,
	y: Tensor,
): void {
	for (const tape of open) {
		if (inputs.some((t) => t && tape.tracked.has(t))) {
			tape.nodes.push({ spec, inputs, attrs, y });
			tape.tracked.add(y);
		}
	}
}

/** Whether an open tape differentiates what depends on `tensor`. */
export function isTracked(tensor: Tensor): boolean {
	return open.some((tape) => tape.tracked.has(tensor));
}

/** Runs `f` with `tape` open. */
export function withTape<T>(tape: Tape, f: () => T): T {
	open.push(tape);
	try {
		return f();
	} finally {
		open.splice(open.indexOf(tape), 1);
	}
}

/** Whether any tape is open: what it recorded must stay alive. */
export function isRecording(): boolean {
	return open.length > 0;
}
