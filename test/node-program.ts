import { type NodeDriver, nodeGpu } from "../src/cli/node-gpu.ts";
import { bundle } from "./bundle.ts";

/**
 * Runs a program in this process on npm `webgpu`: bundles `entry`, because Node
 * cannot import `.wgsl`, and calls its export `run(argument, gpu)`.
 */
export async function runInNode<T>(
	entry: string,
	argument: unknown = null,
	options: { driver?: NodeDriver } = {},
): Promise<T> {
	const text = await bundle(entry, { sourcemap: false });
	const url = `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`;
	const { gpu, globals } = await nodeGpu(options);
	Object.assign(globalThis, globals);
	const program = (await import(url)) as {
		run(argument: unknown, gpu: GPU): Promise<T>;
	};
	return program.run(argument, gpu);
}
