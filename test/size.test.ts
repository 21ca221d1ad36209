import { readFileSync } from "node:fs";
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
	const library = (names: string) =>
		`export { ${names} } from "./src/index.ts";`;
	const sources: Record<string, string> = {
		"`add`": library("add"),
		"the engine without ops": 'export * from "./src/engine/index.ts"',
		"`tensor`, `add`, `valueAndGrad`": library(
			"tensor, add, valueAndGrad, webgpuDevice",
		),
		"`tensor`, `conv2d`, `valueAndGrad`": library(
			"tensor, conv2d, valueAndGrad, webgpuDevice",
		),
		"a U-Net of your own from ops, in a captured step": `${library("batchNorm, capture, concat, conv2d, convTranspose2d, maxPool, relu, softmaxCrossEntropy, tensor, valueAndGrad, webgpuDevice")} export { adam, optimizerState, optimizerStep } from "./src/unet/index.ts"`,
		"`unet`, `train`": `${library("tensor, webgpuDevice")} export { adam, train, unet } from "./src/unet/index.ts"`,
		everything:
			'export * from "./src/index.ts"; export * from "./src/unet/index.ts"',
	};
	const readme = readFileSync("README.md", "utf8");
	const stated = Object.fromEntries(
		[...readme.matchAll(/^\| (.+) \| ([\d.]+) kB \|$/gm)].map(
			([, name, kB]) => [name, Number(kB)],
		),
	);

	test("is in the README, row by row", () => {
		expect(Object.keys(stated)).toEqual(Object.keys(sources));
	});

	for (const [name, source] of Object.entries(sources)) {
		test(`${name}: what the README says, ${stated[name]} kB, or up to 1 kB less`, async () => {
			const { gzip, brotli } = await bundled(source);
			console.log(
				`${name}: ${gzip.toFixed(1)} kB, by brotli ${brotli.toFixed(1)} kB`,
			);
			expect(gzip).toBeLessThanOrEqual(stated[name]);
			expect(gzip).toBeGreaterThan(stated[name] - 1);
		});
	}

	test("unused ops and the tools of the build stay out", async () => {
		const { inputs, text } = await bundled(
			sources["`tensor`, `add`, `valueAndGrad`"],
		);
		expect(inputs.filter((f) => f.includes("node_modules"))).toEqual([]);
		const ops = inputs.filter((f) => f.includes("/kernels/"));
		expect(ops.filter((f) => /conv|max-pool|moments|adam/.test(f))).toEqual([]);
		expect(inputs.filter((f) => f.includes("/unet/"))).toEqual([]);
		expect(text).not.toMatch(/WgslReflect|node:/);
	});

	test("everything together needs no package and no Node", async () => {
		const { inputs, text } = await bundled(sources.everything);
		expect(inputs.filter((f) => !f.startsWith("src/"))).toEqual([]);
		expect(text).not.toMatch(/WgslReflect|\bfrom"|\brequire\(|import\(/);
	});
});
