// In any runtime for JavaScript: no WebGPU.
import { cpuDevice, webgpuDevice } from "wgrad";
import { gradient, losses } from "./program.js";

const device = cpuDevice();
const missing = await webgpuDevice().then(
	({ identity }) => identity.description,
	({ name, message }) => `${name}: ${message}`,
);
console.log(
	JSON.stringify({
		gradient: await gradient(device),
		losses: await losses(device),
		missing,
	}),
);
