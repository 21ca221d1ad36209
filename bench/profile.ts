import { bytesOf } from "../src/engine/dtype.ts";
import { sizeOf, type WebgpuDevice } from "../src/engine/index.ts";
import { perInput } from "../src/engine/op.ts";
import {
	hasPassTimes,
	type PassTime,
	passTimes,
} from "../src/engine/pass-times.ts";
import { flopsOf } from "./flops.ts";

/** One dispatch of a profiled run. */
export interface DispatchTime {
	readonly op: string;
	/** Shapes of its inputs and output, for people. */
	readonly shapes: string;
	readonly kernel: string;
	/** Since the first dispatch began, in milliseconds like its length. */
	readonly start: number;
	readonly milliseconds: number;
	/** Of the op as a whole, given to its longest dispatch; 0 for the others. */
	readonly flops: number;
	readonly bytes: number;
}

interface Call {
	readonly op: string;
	readonly shapes: string;
	readonly flops: number;
	readonly bytes: number;
}

/**
 * Runs `f`, which records GPU work and awaits nothing, and times each dispatch
 * by itself; see `passTimes`.
 * @throws Error when the adapter has no timestamp queries, or `f` too many dispatches.
 */
export async function profile(
	device: WebgpuDevice,
	f: () => void,
): Promise<DispatchTime[]> {
	if (!hasPassTimes(device)) {
		throw new Error(
			`${device.identity.description} has no timestamp queries, so it cannot be profiled`,
		);
	}
	const dispatches: { call: Call; kernel: string }[] = [];
	const { run } = device;
	let call: Call | undefined;
	device.run = (spec, inputs, attrs, out) => {
		const shapes = perInput(spec, inputs, (t) => t.shape);
		call = {
			op: spec.name,
			shapes: Object.entries({ ...shapes, y: out.shape })
				.flatMap(([name, shape]) => (shape ? [`${name}[${shape}]`] : []))
				.join(" "),
			flops: flopsOf(spec.name, shapes, attrs, out.shape) ?? 0,
			bytes: [...inputs, out]
				.map((t) => (t ? bytesOf(t.dtype, sizeOf(t.shape)) : 0))
				.reduce((a, b) => a + b),
		};
		return run(spec, inputs, attrs, out);
	};
	try {
		const times = await passTimes(device, f, ({ label }) =>
			dispatches.push({ call: call as Call, kernel: label }),
		);
		return described(dispatches, times);
	} finally {
		device.run = run;
	}
}

function described(
	dispatches: readonly { call: Call; kernel: string }[],
	times: readonly PassTime[],
): DispatchTime[] {
	const length = (i: number) => times[i].milliseconds;
	/** The longest dispatch of each op. */
	const longest = new Map<Call, number>();
	dispatches.forEach(({ call }, i) => {
		const best = longest.get(call);
		if (best === undefined || length(i) > length(best)) longest.set(call, i);
	});
	return dispatches.map(({ call, kernel }, i) => {
		const whole = longest.get(call) === i;
		return {
			op: call.op,
			shapes: call.shapes,
			kernel,
			...times[i],
			flops: whole ? call.flops : 0,
			bytes: whole ? call.bytes : 0,
		};
	});
}
