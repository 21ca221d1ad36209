import { type DType, toCpu } from "../src/engine/dtype.ts";
import type { Device } from "../src/engine/index.ts";
import {
	type Capabilities,
	formatShape,
	type HostArray,
	release,
	type Shape,
	sizeOf,
	type Tensor,
} from "../src/engine/index.ts";
import type { Case } from "./case.ts";

/** A row with the name that tests and reports call it by. */
export interface Row extends Case {
	readonly name: string;
}

/** Element types that go without saying. */
const usual = new Set<DType>(["f32", "i32"]);

/** Names rows by op, shapes and attributes; rows that share all three get a number. */
export function nameRows(cases: readonly Case[]): Row[] {
	const seen = new Map<string, number>();
	return cases.map((c) => {
		const inputs = Object.entries(c.inputs).map(
			([name, { shape, dtype }]) =>
				name + formatShape(shape) + (usual.has(dtype) ? "" : `:${dtype}`),
		);
		const attrs = Object.keys(c.attrs).length ? [JSON.stringify(c.attrs)] : [];
		const plain = [c.op.spec.name, ...inputs, ...attrs].join(" ");
		const count = (seen.get(plain) ?? 0) + 1;
		seen.set(plain, count);
		return { ...c, name: count === 1 ? plain : `${plain} #${count}` };
	});
}

/** Values of a row's inputs by name: the same in every reader, and exact in float32. */
export function drawInputs(row: Row): Record<string, HostArray> {
	const random = uniformNumbers(hash(row.name));
	return Object.fromEntries(
		Object.entries(row.inputs).map(([name, { shape, dtype, fill }]) => {
			const values = fill(random, sizeOf(shape));
			return [name, rounded(values, dtype)];
		}),
	);
}

/** Values that the element type holds exactly. */
export function rounded(values: HostArray, dtype: DType): HostArray {
	if (dtype === "f32") return values.map(Math.fround);
	return dtype === "f16" ? toCpu(values, dtype) : values;
}

/** Puts a row's inputs on a device, in the op's order; absent ones are undefined. */
export function uploadInputs(
	row: Row,
	values: Readonly<Record<string, HostArray>>,
	device: Device,
): (Tensor | undefined)[] {
	return inputNames(row).map((name) => {
		const drawn = row.inputs[name];
		return drawn && device.upload(values[name], drawn.shape, drawn.dtype);
	});
}

/** Calls the row's op. */
export function call(
	row: Row,
	inputs: readonly (Tensor | undefined)[],
): Tensor {
	const op = row.op as (...args: unknown[]) => Tensor;
	return op(...inputs, row.attrs);
}

/** What a call writes, by name: `y`, or the inputs that it updates. */
export function outputsOf(
	row: Row,
	inputs: readonly (Tensor | undefined)[],
	y: Tensor,
): Record<string, Tensor> {
	const { updates } = row.op.spec;
	if (!updates) return { y };
	const names = inputNames(row);
	const written = (updates as readonly string[]).flatMap((name) => {
		const t = inputs[names.indexOf(name)];
		return t ? [[name, t] as const] : [];
	});
	return Object.fromEntries(written);
}

/** Frees what a row used. */
export function releaseAll(tensors: Iterable<Tensor | undefined>): void {
	for (const t of new Set(tensors)) if (t) release(t);
}

/** An op's input names without the mark of the optional ones. */
export function inputNames(row: Case): string[] {
	return (row.op.spec.inputs as readonly string[]).map((n) =>
		n.replace("?", ""),
	);
}

/** Shapes by input name, as `launch` gets them. */
export function shapesOf(row: Case): Record<string, Shape | undefined> {
	return Object.fromEntries(
		inputNames(row).map((name) => [name, row.inputs[name]?.shape]),
	);
}

/** Shape of what a row's op gives. */
export function shapeOfOutput(row: Case): Shape {
	return row.op.spec.shape(shapesOf(row), attrsOf(row));
}

/** A row's attributes with the defaults of those it leaves out. */
export function attrsOf(row: Case): object {
	return { ...row.op.spec.defaults, ...row.attrs };
}

/** Names of the kernels in any variant of a row, on small and on large adapters. */
export function kernelsOf(row: Case): string[] {
	const { spec } = row.op;
	const [shapes, attrs] = [shapesOf(row), attrsOf(row)];
	const y = shapeOfOutput(row);
	return [
		adapter({
			software: true,
			maxInvocations: 256,
			features: new Set(["subgroups"]),
			subgroupSize: 4,
		}),
		adapter({ features: new Set(["subgroups", "shader-f16"]) }),
	].flatMap((capabilities) =>
		spec
			.launch({ shapes, y, attrs, capabilities })
			.flatMap((variant) => variant.stages.map((s) => s.kernel.name)),
	);
}

function adapter(differences: Partial<Capabilities>): Capabilities {
	return {
		software: false,
		features: new Set(),
		maxInvocations: 1024,
		maxWorkgroupBytes: 32768,
		maxBindingBytes: 2 ** 31 - 4,
		...differences,
	};
}

/** Uniform numbers in [0, 1) from a seed (mulberry32, Tommy Ettinger). */
export function uniformNumbers(seed: number): () => number {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let z = Math.imul(state ^ (state >>> 15), 1 | state);
		z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
		return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** FNV-1a. */
function hash(text: string): number {
	let h = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) {
		h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
	}
	return h;
}
