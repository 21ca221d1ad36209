import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DeviceError } from "../../src/cli/device-error.ts";
import { type NodeDriver, nodeGpuEnv } from "../../src/cli/node-gpu.ts";
import type { ChildMessage, ChildRequest } from "./node-child.ts";
import type { Comparison } from "./row.ts";
import type { Runtime } from "./runtime.ts";

const CHILD = fileURLToPath(new URL("node-child.ts", import.meta.url));

/**
 * Node with npm webgpu. Each workload has a process of its own, which all
 * libraries share. Mesa's cache of compiled shaders is off: else whoever ran
 * before would seem to start at once.
 */
export async function nodeRuntime(
	driver: NodeDriver | undefined,
	log: (line: string) => void,
): Promise<Runtime> {
	const found = driver ? await nodeGpuEnv(driver) : { env: {} };
	if (found.reason !== undefined) {
		throw new DeviceError(`--driver ${driver}: ${found.reason}`);
	}
	const env = {
		...process.env,
		...found.env,
		MESA_SHADER_CACHE_DISABLE: "true",
	};
	return {
		name: `Node/${process.versions.node}`,
		slow: driver === "swiftshader",
		measure: (options) => measureInProcess({ options, driver }, env, log),
		async close() {},
	};
}

async function measureInProcess(
	request: ChildRequest,
	env: NodeJS.ProcessEnv,
	log: (line: string) => void,
): Promise<Comparison> {
	const child = fork(CHILD, { execArgv: ["--import", "tsx"], env });
	let result: Comparison | undefined;
	child.on("message", (message: ChildMessage) => {
		if ("comparison" in message) result = message.comparison;
		else if ("progress" in message) log(message.progress);
	});
	child.send(request);
	const [code] = await once(child, "exit");
	if (!result) {
		const { workload } = request.options;
		throw new DeviceError(`${workload}: its process ended (${code})`);
	}
	return result;
}
