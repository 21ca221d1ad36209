import { bindableBytes } from "./bind.ts";
import { updateEarly } from "./early.ts";
import { fuseEpilogues } from "./fuse.ts";
import type { Variant } from "./kernel.ts";
import { type AnyLaunch, firstUpdated, launchCall } from "./launch.ts";
import { bareName } from "./op.ts";
import {
	type Operand,
	type Recording,
	Slot,
	type Step,
	writtenBy,
} from "./recording.ts";
import { joinUpdates } from "./together.ts";
import type { WebgpuDevice } from "./webgpu.ts";

/** A step with the variant it runs as. */
export interface Task {
	readonly step: Step;
	readonly index: number;
	readonly variant: Variant;
	/** What its stages bind beside the step's operands, by name: scratch, and inputs of ops done in its stores. */
	readonly others: Readonly<Record<string, Operand>>;
}

/** What has to be done of a recording, with the variants that do it. */
export function tasksOf(device: WebgpuDevice, recording: Recording): Task[] {
	const steps = updateEarly(joinUpdates(needed(recording), recording));
	const tasks = steps.map((step) => taskOf(device, step));
	return fuseEpilogues(device, tasks, recording);
}

/** A step as its op's `launch` sees it, with live numbers as they are now. */
export function callOf(
	{ capabilities }: WebgpuDevice,
	{ spec, inputs, attrs, y }: Step,
): AnyLaunch {
	const { shape } = y ?? firstUpdated(spec, inputs);
	return launchCall(spec, inputs, attrs, shape, capabilities);
}

/** The steps that a result or a tensor from outside depends on. */
export function needed({ steps, results }: Recording): Step[] {
	const wanted = new Set(results.map((r) => r.memory));
	const kept: Step[] = [];
	for (const step of [...steps].reverse()) {
		const matters = writtenBy(step).some(
			({ memory }) => wanted.has(memory) || !(memory instanceof Slot),
		);
		if (!matters) continue;
		for (const operand of step.inputs) if (operand) wanted.add(operand.memory);
		kept.push(step);
	}
	return kept.reverse();
}

function taskOf(device: WebgpuDevice, step: Step): Task {
	const call = callOf(device, step);
	const variants = step.spec.launch(call);
	const variant = device.choose(step.spec, variants, call);
	const scratch = Object.entries(variant.scratch).map(
		([name, elements]): [string, Operand] => {
			const shape = [elements];
			const { limits } = device.gpu;
			const bytes = bindableBytes(step.spec, shape, "f32", limits);
			return [name, { shape, dtype: "f32", memory: new Slot(bytes) }];
		},
	);
	return {
		step,
		index: variants.indexOf(variant),
		variant,
		others: Object.fromEntries(scratch),
	};
}

/** A step's operands by the names that its stages bind them under. */
export function operandsOf({ step, others }: Task): Record<string, Operand> {
	const { spec, inputs, y } = step;
	const given = (spec.inputs as string[]).flatMap((name, i) => {
		const operand = inputs[i];
		return operand ? [[bareName(name), operand] as const] : [];
	});
	return { ...others, ...Object.fromEntries(given), ...(y && { y }) };
}
