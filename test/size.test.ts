import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { wgslEsbuild } from "../scripts/wgsl.ts";

interface Bundle {
	/** In kB of 1000 bytes, as the tools of other libraries count. */
	readonly gzip: number;
	readonly brotli: number;
	readonly inputs: readonly string[];
	readonly text: string;
}

/** What an application that holds on to these names ships: minified, compressed. */
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
	return {
		gzip: gzipSync(contents).length / 1000,
		brotli: brotliCompressSync(contents).length / 1000,
		inputs,
		text,
	};
}

describe("what an application ships, minified and gzipped", () => {
	const limits: [string, number, string][] = [
		[
			"tensor, add, valueAndGrad",
			12.4,
			'export { tensor, add, valueAndGrad, webgpuDevice } from "./src/index.ts"',
		],
		[
			"tensor, conv2d, valueAndGrad",
			29,
			'export { tensor, conv2d, valueAndGrad, webgpuDevice } from "./src/index.ts"',
		],
		[
			"a U-Net of one's own from ops, softmax cross-entropy, Adam, in a captured step",
			45.5,
			'export { batchNorm, capture, concat, conv2d, convTranspose2d, maxPool, relu, softmaxCrossEntropy, tensor, valueAndGrad, webgpuDevice } from "./src/index.ts"; export { adam, optimizerState, optimizerStep } from "./src/unet/index.ts"',
		],
		// Training minimises softmax cross-entropy unless told otherwise.
		[
			"unet, train with adam",
			59.3,
			'export { tensor, webgpuDevice } from "./src/index.ts"; export { adam, train, unet } from "./src/unet/index.ts"',
		],
		[
			"all of wgrad, with U-Net training",
			80.7,
			'export * from "./src/index.ts"; export * from "./src/unet/index.ts"',
		],
	];
	for (const [name, limit, source] of limits) {
		test(`${name}: at most ${limit} kB`, async () => {
			const { gzip, brotli } = await bundled(source);
			console.log(
				`${name}: ${gzip.toFixed(1)} kB, by brotli ${brotli.toFixed(1)} kB`,
			);
			expect(gzip).toBeLessThanOrEqual(limit);
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
		const { inputs, text } = await bundled(limits[limits.length - 1][2]);
		expect(inputs.filter((f) => !f.startsWith("src/"))).toEqual([]);
		expect(text).not.toMatch(/WgslReflect|\bfrom"|\brequire\(|import\(/);
	});
});
