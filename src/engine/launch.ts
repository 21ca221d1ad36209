import type { Capabilities } from "./device.ts";
import { resolved } from "./live.ts";
import { bareName, type Op, perInput } from "./op.ts";
import type { Shape } from "./shape.ts";

/** What any op's `launch` decides on. */
export type AnyLaunch = Parameters<Op["spec"]["launch"]>[0];

/** A call as its op's `launch` sees it, with live numbers as they are now. */
export function launchCall(
	spec: Op["spec"],
	inputs: readonly ({ readonly shape: Shape } | undefined)[],
	attrs: object,
	y: Shape,
	capabilities: Capabilities,
): AnyLaunch {
	const shapes = perInput(spec, inputs, (t) => t.shape) as Record<
		string,
		Shape
	>;
	return { shapes, y, attrs: resolved(attrs), capabilities };
}

/** Whether the op writes this input in place. */
export function isUpdated(spec: Op["spec"], input: number): boolean {
	return spec.updates?.includes(bareName(spec.inputs[input])) ?? false;
}

/** Of an op that updates inputs the first of them, which it returns. */
export function firstUpdated<T>(
	spec: Op["spec"],
	inputs: readonly (T | undefined)[],
): T {
	const name = (spec.updates as readonly string[])[0];
	return inputs[(spec.inputs as readonly string[]).indexOf(name)] as T;
}
