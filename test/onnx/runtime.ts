import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installOnce } from "../../scripts/install-once.ts";
import { skipped } from "../gpu.ts";

/** The part of ONNX Runtime's interface that the tests use. */
interface Runtime {
	readonly env: { readonly wasm: { numThreads: number } };
	readonly InferenceSession: {
		create(model: Uint8Array): Promise<Session>;
	};
	readonly Tensor: new (
		type: "float32",
		data: Float32Array,
		dims: readonly number[],
	) => object;
}

interface Session {
	readonly inputMetadata: readonly OnnxShape[];
	readonly outputMetadata: readonly OnnxShape[];
	run(
		inputs: object,
	): Promise<Record<string, { data: Float32Array; dims: readonly number[] }>>;
	release(): Promise<void>;
}

/** Name, element type and shape of what a file takes or gives. */
interface OnnxShape {
	readonly name: string;
	readonly type: string;
	readonly shape: readonly (number | string)[];
}

/** Values of images or classes, [N, H, W, C]. */
export interface Pixels {
	readonly shape: readonly [number, number, number, number];
	readonly data: ArrayLike<number>;
}

/** Loads a file and runs it on images. */
export type RunOnnx = (
	file: Uint8Array,
	images: Pixels,
) => Promise<{ takes: OnnxShape; gives: OnnxShape; y: Pixels }>;

const folder = fileURLToPath(new URL("runtime/", import.meta.url));
const ENTRY = "node_modules/onnxruntime-web/dist/ort.node.min.mjs";

/** ONNX Runtime in WebAssembly; undefined, with a skipped test that says why, where npm cannot have it. */
export async function onnxRuntime(): Promise<RunOnnx | undefined> {
	try {
		installOnce(folder);
	} catch (error) {
		const why = (error as Error).message;
		skipped(`ONNX Runtime is not here: npm could not install it: ${why}`);
		return undefined;
	}
	const { env, InferenceSession, Tensor }: Runtime = await import(
		/* @vite-ignore */ join(folder, ENTRY)
	);
	// More would need threads, which outlive the test.
	env.wasm.numThreads = 1;
	return async (file, { data, shape }) => {
		const session = await InferenceSession.create(file);
		const [[takes], [gives]] = [session.inputMetadata, session.outputMetadata];
		const [n, h, w, c] = shape;
		const planes = moved(data, n, h * w, c);
		const x = new Tensor("float32", planes, [n, c, h, w]);
		const out = (await session.run({ [takes.name]: x }))[gives.name];
		await session.release();
		const [images, classes, height, width] = out.dims;
		const y = moved(out.data, images, classes, height * width);
		return {
			...{ takes, gives },
			y: { shape: [images, height, width, classes], data: y },
		};
	};
}

/** [n, a, b] -> [n, b, a]. */
function moved(
	data: ArrayLike<number>,
	n: number,
	a: number,
	b: number,
): Float32Array {
	return Float32Array.from({ length: n * a * b }, (_, i) => {
		const [at, of] = [Math.floor(i / (a * b)), i % (a * b)];
		return data[at * a * b + (of % a) * b + Math.floor(of / a)];
	});
}
