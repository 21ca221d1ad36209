import { bytesOf } from "../src/engine/dtype.ts";
import { sizeOf, type WebgpuDevice } from "../src/engine/index.ts";
import { perInput } from "../src/engine/op.ts";
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

/** WebGPU's limit, two for each dispatch. */
const MOST_QUERIES = 4096;

/**
 * Runs `f`, which records GPU work and awaits nothing, with each dispatch in a
 * pass of its own between two timestamps. The same kernels with the same
 * numbers as otherwise; only that none runs beside another.
 * @throws Error when the adapter has no timestamp queries, or `f` too many dispatches.
 */
export async function profile(
	device: WebgpuDevice,
	f: () => void,
): Promise<DispatchTime[]> {
	const { gpu, parts } = device;
	if (!gpu.features.has("timestamp-query")) {
		throw new Error(
			`${device.identity.description} has no timestamp queries, so it cannot be profiled`,
		);
	}
	await device.finished();
	const querySet = gpu.createQuerySet({
		type: "timestamp",
		count: MOST_QUERIES,
	});
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
	parts.commands.eachPass = (pipeline) => {
		const i = 2 * dispatches.length;
		if (i + 2 > MOST_QUERIES) {
			throw new Error(
				`more than ${MOST_QUERIES / 2} dispatches cannot be profiled at once`,
			);
		}
		dispatches.push({ call: call as Call, kernel: pipeline.label });
		return {
			timestampWrites: {
				querySet,
				beginningOfPassWriteIndex: i,
				endOfPassWriteIndex: i + 1,
			},
		};
	};
	try {
		f();
		device.submit();
	} finally {
		device.run = run;
		parts.commands.eachPass = undefined;
	}
	const times = await resolve(device, querySet, 2 * dispatches.length);
	querySet.destroy();
	return described(dispatches, times);
}

function described(
	dispatches: readonly { call: Call; kernel: string }[],
	times: BigUint64Array,
): DispatchTime[] {
	const length = (i: number) => Number(times[2 * i + 1] - times[2 * i]) / 1e6;
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
			start: Number(times[2 * i] - times[0]) / 1e6,
			milliseconds: length(i),
			flops: whole ? call.flops : 0,
			bytes: whole ? call.bytes : 0,
		};
	});
}

async function resolve(
	{ gpu }: WebgpuDevice,
	querySet: GPUQuerySet,
	count: number,
): Promise<BigUint64Array> {
	const size = Math.max(8 * count, 16);
	const buffer = gpu.createBuffer({
		size,
		usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
	});
	const staging = gpu.createBuffer({
		size,
		usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
	});
	const encoder = gpu.createCommandEncoder();
	encoder.resolveQuerySet(querySet, 0, count, buffer, 0);
	encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
	gpu.queue.submit([encoder.finish()]);
	await staging.mapAsync(GPUMapMode.READ);
	const times = new BigUint64Array(staging.getMappedRange().slice(0));
	buffer.destroy();
	staging.destroy();
	return times;
}
