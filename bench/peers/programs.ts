import { fileURLToPath } from "node:url";
import { bundle } from "../../test/bundle.ts";

/** Every library that can be measured, the one whose values the others are compared with first. */
export const LIBRARIES = [
	"wgrad",
	"jax-js",
	"tfjs-webgpu",
	"tfjs-wasm",
] as const;

/** Text of a program of this folder with all that it imports. */
export function program(name: string): Promise<string> {
	const path = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
	return bundle(path, { sourcemap: false, platform: "browser" });
}
