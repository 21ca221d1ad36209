import "./tfjs-alone.ts";
import "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import { tfjs } from "./tfjs.ts";

export async function open() {
	await tf.setBackend("webgpu");
	await tf.ready();
	const backend = tf.backend();
	return tfjs(backend.adapterInfo?.architecture ?? "webgpu", "gpu", () => {
		// Commands that it has recorded wait for a read or for more of them.
		if (backend.commandEncoder) {
			backend.endComputePassEncoder();
			backend.submitQueue();
		}
		return backend.queue.onSubmittedWorkDone();
	});
}
