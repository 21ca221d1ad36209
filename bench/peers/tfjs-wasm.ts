import "./tfjs-alone.ts";
import { getThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { tfjs } from "./tfjs.ts";

/** Where chrome.ts serves its .wasm files. */
const WASM_PATH = "/wasm/";

export async function open() {
	setWasmPaths(WASM_PATH);
	await tf.setBackend("wasm");
	await tf.ready();
	// Its kernels run inside the call.
	return tfjs(`wasm, ${getThreadsCount()} threads`, "page", async () => {});
}
