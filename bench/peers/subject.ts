import type { Layout, Library } from "./library.ts";
import type { OpWorkload, StepWorkload, Workload } from "./workloads.ts";

/** A workload in a library, ready to run. */
export interface Subject {
	/** Runs it `calls` times and waits until the device has finished. */
	run(calls: number): Promise<void>;
	/** What is compared: the op's outputs, or the losses of the steps so far. */
	values(): Promise<readonly Float32Array[]>;
}

export function subject(
	workload: Workload,
	library: Library<unknown>,
): Subject {
	return workload.kind === "op"
		? opSubject(workload, library)
		: stepSubject(workload, library);
}

function opSubject(workload: OpWorkload, library: Library<unknown>): Subject {
	const inputs = workload.inputs().map(library.put);
	const call = library.prepare((...xs) => workload.compute(library, xs));
	return {
		async run(calls) {
			let outputs: unknown[] = [];
			for (let i = 0; i < calls; i++) {
				library.free(outputs);
				outputs = call(...inputs);
			}
			await library.done(outputs);
			library.free(outputs);
		},
		async values() {
			const outputs = call(...inputs);
			const all: Float32Array[] = [];
			for (const [i, layout] of workload.outputs.entries()) {
				all.push(await library.get(outputs[i], layout as Layout));
			}
			library.free(outputs);
			return all;
		},
	};
}

function stepSubject(
	workload: StepWorkload,
	library: Library<unknown>,
): Subject {
	const params = workload.params().map(library.put);
	const [x, labels] = workload.batch().map(library.put);
	const step = library.trainer(
		(all, x, labels) => workload.loss(library, all, x, labels),
		params,
	);
	const losses: number[] = [];
	return {
		async run(calls) {
			for (let i = 0; i < calls; i++) losses.push(await step(x, labels));
		},
		values: async () => losses.map((loss) => Float32Array.of(loss)),
	};
}
