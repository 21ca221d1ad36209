import { mapTree, release, scope, type Tensor } from "../engine/index.ts";
import { scale, updateMoments } from "../kernels/index.ts";
import type { Model, NamedTensors } from "./model.ts";

/** The values of a model at one moment. */
export interface Snapshot {
	/** Takes those of now, in place of earlier ones. */
	take(): void;
	/** Gives them back to the model, if any were taken. */
	restore(): void;
	free(): void;
}

/** Tensors of their own with the same values. */
export function copyOf(tensors: NamedTensors): NamedTensors {
	return scope(() => mapTree(tensors, (t: Tensor) => scale(t, { by: 1 })));
}

/** A place on the device for the values of a model; nothing is taken yet. */
export function snapshot({ params, state }: Model): Snapshot {
	const own = { ...params, ...state };
	let taken: NamedTensors | undefined;
	return {
		take() {
			if (taken) assign(taken, own);
			else taken = copyOf(own);
		},
		restore() {
			if (taken) assign(own, taken);
		},
		free() {
			for (const t of Object.values(taken ?? {})) release(t);
		},
	};
}

/** Copies values, in place: 0 times the old and 1 times the new. */
function assign(to: NamedTensors, from: NamedTensors): void {
	for (const [name, t] of Object.entries(to)) {
		updateMoments(t, from[name], { momentum: 0 });
	}
}
