import type { WebgpuDevice } from "./webgpu.ts";

/** When a dispatch ran, in milliseconds since the first began. */
export interface PassTime {
	readonly start: number;
	readonly milliseconds: number;
}

/** WebGPU's limit, two for each dispatch. */
const MOST_QUERIES = 4096;

/** Whether dispatches can be timed on the device itself. */
export function hasPassTimes({ gpu }: WebgpuDevice): boolean {
	return gpu.features.has("timestamp-query");
}

/**
 * Runs `f`, which records GPU work and awaits nothing, with each dispatch in a
 * pass of its own between two timestamps. The same kernels with the same
 * numbers as otherwise; only that none runs beside another. `onPass` is told of
 * each as it is recorded.
 * @throws Error when `f` has too many dispatches.
 */
export async function passTimes(
	device: WebgpuDevice,
	f: () => void,
	onPass: (pipeline: GPUComputePipeline) => void = () => {},
): Promise<PassTime[]> {
	const { gpu, parts } = device;
	await device.finished();
	const querySet = gpu.createQuerySet({
		type: "timestamp",
		count: MOST_QUERIES,
	});
	let used = 0;
	parts.commands.eachPass = (pipeline) => {
		const i = used;
		used += 2;
		if (used > MOST_QUERIES) {
			throw new Error(
				`more than ${MOST_QUERIES / 2} dispatches cannot be timed at once`,
			);
		}
		onPass(pipeline);
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
		parts.commands.eachPass = undefined;
	}
	const times = await resolve(gpu, querySet, used);
	querySet.destroy();
	return Array.from({ length: used / 2 }, (_, i) => ({
		start: Number(times[2 * i] - times[0]) / 1e6,
		milliseconds: Number(times[2 * i + 1] - times[2 * i]) / 1e6,
	}));
}

async function resolve(
	gpu: GPUDevice,
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
