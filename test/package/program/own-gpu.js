// With the runtime's own WebGPU.
import { webgpuDevice } from "wgrad";
import { gradient } from "./program.js";

const device = await webgpuDevice();
console.log(
	JSON.stringify({
		gradient: await gradient(device),
		adapter: device.identity.description,
	}),
);
