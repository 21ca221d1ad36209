import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { availableDrivers } from "../../src/cli/node-gpu.ts";

const drivers = await availableDrivers();

/** Variables that make a new process use a software driver; undefined where there is none. */
export const driverEnv = drivers.findLast(({ env }) => env)?.env;

/** Why there is none. */
export const noDriver = drivers.map(({ reason }) => reason).join(", ");

/** Puts npm webgpu into a user's folder, as `npm i webgpu` does. */
export function addWebgpu(folder: string): void {
	const link = join(folder, "node_modules/webgpu");
	symlinkSync(resolve("node_modules/webgpu"), link, "junction");
}
