// With npm webgpu.

import { create, globals } from "webgpu";
import { webgpuDevice } from "wgrad";
import { gradient, losses } from "./program.js";

Object.assign(globalThis, globals);
const gpu = create([]);
const device = await webgpuDevice({ gpu });
console.log(
	JSON.stringify({
		gradient: await gradient(device),
		losses: await losses(device),
		adapter: device.identity.description,
	}),
);
process.exit();
