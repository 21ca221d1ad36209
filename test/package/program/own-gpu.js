// With the runtime's own WebGPU.
import { webgpuDevice } from "wgrad";
import { gradient, losses } from "./program.js";

const device = await webgpuDevice();
console.log(
	JSON.stringify({
		gradient: await gradient(device),
		losses: await losses(device),
		adapter: device.identity.description,
	}),
);
