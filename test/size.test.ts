import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { wgslEsbuild } from "../scripts/wgsl.ts";

interface Bundle {
	readonly kilobytes: number;
	readonly inputs: readonly string[];
	readonly text: string;
}

/** What an application that holds on to these names ships: minified, compressed, in kB of 1000 bytes. */
async function bundled(source: string): Promise<Bundle> {
	const { outputFiles, metafile } = await build({
		stdin: { contents: source, resolveDir: ".", loader: "ts" },
		bundle: true,
		minify: true,
		write: false,
		metafile: true,
		format: "esm",
		target: "es2022",
		logLevel: "silent",
		plugins: [wgslEsbuild],
	});
	const [output] = Object.values(metafile.outputs);
	const inputs = Object.entries(output.inputs)
		.filter(([, { bytesInOutput }]) => bytesInOutput > 0)
		.map(([path]) => path);
	const { contents, text } = outputFiles[0];
	return { kilobytes: gzipSync(contents).length / 1000, inputs, text };
}

describe("what an application ships, minified and gzipped", () => {
	const limits: [string, number, string][] = [
		[
			"tensor, add, valueAndGrad",
			12.5,
			'export { tensor, add, valueAndGrad, webgpuDevice } from "./src/index.ts"',
		],
		[
			"tensor, conv2d, valueAndGrad",
			33.5,
			'export { tensor, conv2d, valueAndGrad, webgpuDevice } from "./src/index.ts"',
		],
		[
			"all of wgrad, with U-Net training",
			82.5,
			'export * from "./src/index.ts"; export * from "./src/unet/index.ts"',
		],
	];
	for (const [name, limit, source] of limits) {
		test(`${name}: at most ${limit} kB`, async () => {
			const { kilobytes } = await bundled(source);
			console.log(`${name}: ${kilobytes.toFixed(1)} kB`);
			expect(kilobytes).toBeLessThanOrEqual(limit);
		});
	}

	test("unused ops and the tools of the build stay out", async () => {
		const { inputs, text } = await bundled(limits[0][2]);
		expect(inputs.filter((f) => f.includes("node_modules"))).toEqual([]);
		const ops = inputs.filter((f) => f.includes("/kernels/"));
		expect(ops.filter((f) => /conv|max-pool|moments|adam/.test(f))).toEqual([]);
		expect(inputs.filter((f) => f.includes("/unet/"))).toEqual([]);
		expect(text).not.toMatch(/WgslReflect|node:/);
	});

	test("everything together needs no package and no Node", async () => {
		const { inputs, text } = await bundled(limits[2][2]);
		expect(inputs.filter((f) => !f.startsWith("src/"))).toEqual([]);
		expect(text).not.toMatch(/WgslReflect|\bfrom"|\brequire\(|import\(/);
	});
});
