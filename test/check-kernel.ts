import { bytesOf, type DType, isInteger } from "../src/engine/dtype.ts";
import {
	cpuDevice,
	type DeviceError,
	type HostArray,
	release,
	type Variant,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import { describeVariant } from "../src/engine/variant-names.ts";
import {
	attrsOf,
	call,
	drawInputs,
	outputsOf,
	type Row,
	releaseAll,
	rounded,
	shapeOfOutput,
	shapesOf,
	uploadInputs,
} from "./rows.ts";

/** Largest normalised squared error of a result; half precision has 11 bits. */
const TOLERANCE = { f32: 1e-10, f16: 1e-6 };

/** A NaN that no kernel computes, in single precision and twice in half, and no class id or count. */
const POISON = 0x7fc07fc0;

interface Expected {
	readonly name: string;
	readonly values: HostArray;
	readonly dtype: DType;
}

/** What holding a row's variants to the reference found. */
export interface KernelCheck {
	/** What is wrong, one sentence per variant and output; empty when all is right. */
	readonly problems: string[];
	readonly variants: number;
	/** Largest norm of the difference relative to the norm of the expected values, of any variant and output. */
	readonly error: number;
}

/** Holds every variant of a row to the op's float64 reference. */
export async function checkKernel(
	row: Row,
	device: WebgpuDevice,
): Promise<KernelCheck> {
	const values = drawInputs(row);
	const expected = await runReference(row, values);
	const { spec } = row.op;
	const variants: Variant[] = spec.alias
		? [{ stages: [], scratch: {} }]
		: spec.launch({
				shapes: shapesOf(row),
				y: shapeOfOutput(row),
				attrs: attrsOf(row),
				capabilities: device.capabilities,
			});
	const problems = variants.length ? [] : ["launch returns no variant"];
	let largest = 0;
	for (const [i, variant] of variants.entries()) {
		const found = await runVariant(row, values, device, i, [
			bytesOf(expected[0].dtype, expected[0].values.length),
			...Object.values(variant.scratch).map((n) => 4 * n),
		]);
		for (const { name, values, dtype } of expected) {
			const { problem, error } = compare(found[name], values, dtype);
			largest = Math.max(largest, error);
			if (problem)
				problems.push(
					`variant ${i} (${describeVariant(variant)}), ${name}: ${problem}`,
				);
		}
	}
	return { problems, variants: variants.length, error: largest };
}

async function runReference(
	row: Row,
	values: Readonly<Record<string, HostArray>>,
): Promise<Expected[]> {
	const inputs = uploadInputs(row, values, cpuDevice());
	const outputs = outputsOf(row, inputs, call(row, inputs));
	return Promise.all(
		Object.entries(outputs).map(async ([name, t]) => ({
			name,
			values: rounded(await t.data(), t.dtype),
			dtype: t.dtype,
		})),
	);
}

async function runVariant(
	row: Row,
	values: Readonly<Record<string, HostArray>>,
	device: WebgpuDevice,
	index: number,
	written: readonly number[],
): Promise<Record<string, HostArray>> {
	const inputs = uploadInputs(row, values, device);
	poison(device, written);
	device.choose = (_, variants) => variants[index];
	const y = call(row, inputs);
	device.choose = (_, variants) => variants[0];
	const outputs = outputsOf(row, inputs, y);
	const found: Record<string, HostArray> = {};
	for (const [name, t] of Object.entries(outputs)) found[name] = await t.data();
	releaseAll([...inputs, y]);
	return found;
}

/**
 * Leaves poisoned buffers of these sizes on top of the pool, which hands them
 * out as the output and the scratch of the next call: what a kernel does not
 * write, or reads before writing, then shows.
 */
function poison(device: WebgpuDevice, bytes: readonly number[]): void {
	const buffers = bytes.map((n) =>
		device.upload(new Int32Array(n / 4).fill(POISON), [n / 4], "i32"),
	);
	for (const t of buffers) release(t);
}

/** No problem when `found` agrees; NaN and infinities must be in the same places. */
function compare(
	found: HostArray,
	expected: HostArray,
	dtype: DType,
): { problem?: string; error: number } {
	if (found.length !== expected.length) {
		const problem = `${found.length} values instead of ${expected.length}`;
		return { problem, error: Number.NaN };
	}
	const exact = isInteger(dtype);
	let difference = 0;
	let total = 0;
	let worst = -1;
	let worstBy = 0;
	for (let i = 0; i < expected.length; i++) {
		const [a, b] = [found[i], expected[i]];
		const same = exact ? a === b : Object.is(a, b) || a === b;
		const finite = Number.isFinite(a) && Number.isFinite(b);
		if (!same && (exact || !finite)) {
			return { problem: `element ${i} is ${a}, not ${b}`, error: Number.NaN };
		}
		if (!Number.isFinite(b)) continue;
		difference += (a - b) ** 2;
		total += b ** 2;
		if (Math.abs(a - b) > worstBy) {
			worstBy = Math.abs(a - b);
			worst = i;
		}
	}
	// Written so that an all-zero expectation asks for exact zeros.
	const tolerance = TOLERANCE[dtype === "f16" ? "f16" : "f32"];
	const error = difference > 0 ? Math.sqrt(difference / total) : 0;
	if (difference <= tolerance * total) return { error };
	return {
		problem: `normalised squared error ${(error ** 2).toExponential(2)}; element ${worst} is ${found[worst]}, not ${expected[worst]}`,
		error,
	};
}

/**
 * A checker of rows that goes on after a rejected kernel: a device keeps its
 * first error for good, so the next row gets a new one.
 */
export function kernelChecker(open: () => Promise<WebgpuDevice>): {
	check(row: Row): Promise<KernelCheck>;
	destroy(): void;
} {
	let device: WebgpuDevice | undefined;
	const destroy = () => {
		device?.destroy();
		device = undefined;
	};
	return {
		async check(row) {
			device ??= await open();
			try {
				return await checkKernel(row, device);
			} catch (error) {
				destroy();
				const problems = [(error as DeviceError).message];
				return { problems, variants: 0, error: Number.NaN };
			}
		},
		destroy,
	};
}
