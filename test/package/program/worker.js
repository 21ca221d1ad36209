import { cpuDevice, webgpuDevice } from "wgrad";
import { gradient, losses } from "./program.js";

// Training is on the CPU because software adapters take seconds to compile it.
postMessage({
	gradient: await gradient(await webgpuDevice()),
	losses: await losses(cpuDevice()),
});
