import type { Capabilities, Device, DeviceStats } from "./device.ts";
import { type DType, type HostArray, toCpu } from "./dtype.ts";
import { firstUpdated } from "./launch.ts";
import { resolved } from "./live.ts";
import { type NdArray, perInput } from "./op.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";

const capabilities: Capabilities = {
	software: true,
	features: new Set(),
	maxInvocations: 1,
	maxWorkgroupBytes: 0,
	maxBindingBytes: Number.MAX_SAFE_INTEGER,
};

/**
 * A device that runs every op's float64 reference in JavaScript: slow, exact,
 * available everywhere. Gradient checks run on it.
 */
export function cpuDevice(): Device {
	const stats: DeviceStats = {
		dispatches: 0,
		submits: 0,
		liveBuffers: 0,
		liveBytes: 0,
		pooledBytes: 0,
		peakBytes: 0,
	};

	/** How many tensors use an array, where more than one does or did. */
	const shared = new WeakMap<object, number>();
	const usersOf = (tensor: Tensor) => shared.get(tensor.storage as object) ?? 1;

	function make(values: HostArray, shape: Shape, dtype: DType): Tensor {
		stats.liveBuffers++;
		stats.liveBytes += values.byteLength;
		stats.peakBytes = Math.max(stats.peakBytes, stats.liveBytes);
		return new Tensor(device, shape, dtype, values);
	}

	const device: Device = {
		kind: "cpu",
		identity: {
			description: "CPU reference (JavaScript, float64)",
			vendor: "",
			architecture: "",
			software: true,
		},
		capabilities,
		stats,
		upload(values, shape, dtype) {
			return make(toCpu(values, dtype), shape, dtype);
		},
		run(spec, inputs, given, out) {
			const attrs = resolved(given);
			if (spec.alias) {
				const source = inputs[spec.inputs.indexOf(spec.alias)] as Tensor;
				shared.set(source.storage as object, usersOf(source) + 1);
				return new Tensor(device, out.shape, source.dtype, source.storage);
			}
			stats.dispatches++;
			const arrays = perInput(spec, inputs, array);
			if (spec.updates) {
				const first = firstUpdated<Tensor>(spec, inputs);
				spec.reference(arrays, attrs, array(first));
				return first;
			}
			const n = sizeOf(out.shape);
			const y = make(
				toCpu(new Float64Array(n), out.dtype),
				out.shape,
				out.dtype,
			);
			spec.reference(arrays, attrs, array(y));
			return y;
		},
		async read(tensor) {
			return array(tensor).data.slice();
		},
		free(tensor) {
			const users = usersOf(tensor);
			if (users > 1) {
				shared.set(tensor.storage as object, users - 1);
				return;
			}
			stats.liveBuffers--;
			stats.liveBytes -= array(tensor).data.byteLength;
		},
		async finished() {},
		destroy() {},
	};
	return device;
}

function array(tensor: Tensor): NdArray {
	if (tensor.storage === undefined) {
		throw new Error(
			"this tensor has been freed: return it from its step or scope to keep it",
		);
	}
	return { data: tensor.storage as NdArray["data"], shape: tensor.shape };
}
