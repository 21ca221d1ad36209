import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
	type Device,
	type HostArray,
	type Tensor,
	tensor,
	valueAndGrad,
} from "../../src/engine/index.ts";
import { mul, sum } from "../../src/kernels/index.ts";
import { callByName } from "./call.ts";

/** A number, or what JSON has no number for: "nan", "inf", "-inf". */
type Value = number | string;

/** An array as the generators write it; its key says the element type. */
type Stored = { readonly shape: readonly number[] } & (
	| { readonly f32: readonly Value[]; readonly i32?: never }
	| { readonly i32: readonly Value[]; readonly f32?: never }
);

/** One call of an op, what it gives, and its gradients of <y, dy>. */
export interface OracleCase {
	readonly op: string;
	readonly name?: string;
	readonly attrs: object;
	readonly inputs: Readonly<Record<string, Stored>>;
	readonly y: Stored;
	readonly dy?: readonly Value[];
	readonly grads?: Readonly<Record<string, readonly Value[]>>;
}

/** The families of a folder and their cases, one JSON object per line. */
export function readFamilies(
	folder: string,
): { family: string; cases: OracleCase[] }[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith(".jsonl"))
		.sort()
		.map((file) => ({
			family: file.replace(".jsonl", ""),
			cases: readFileSync(join(folder, file), "utf8")
				.trim()
				.split("\n")
				.map((line) => JSON.parse(line) as OracleCase),
		}));
}

/** A case in words, for a test's report. */
export function describeCase({ op, name, attrs, inputs }: OracleCase): string {
	const shapes = Object.entries(inputs).map(
		([key, { shape }]) => `${key}[${shape}]`,
	);
	return [op, name, ...shapes, JSON.stringify(attrs)].filter(Boolean).join(" ");
}

/**
 * Runs a case on a device and returns where it leaves the oracle, one sentence
 * per array. An error counts relative to the largest value of its array, since
 * a sum may cancel.
 */
export async function checkCase(
	c: OracleCase,
	device: Device,
	tolerance: number,
): Promise<string[]> {
	const inputs: Record<string, Tensor> = {};
	for (const [name, stored] of Object.entries(c.inputs)) {
		inputs[name] = upload(stored, device);
	}
	const found: Record<string, Tensor> = {};
	if (c.grads && c.dy) {
		const dy = upload({ shape: c.y.shape, f32: c.dy }, device);
		const names = Object.keys(c.grads);
		const loss = (wrt: Record<string, Tensor>) => {
			const y = callByName(c.op, { ...inputs, ...wrt }, c.attrs);
			return { loss: sum(mul(y, dy)), y };
		};
		const { value, grads } = valueAndGrad(loss)(
			Object.fromEntries(names.map((name) => [name, inputs[name]])),
		);
		found.y = value.y;
		for (const name of names) found[`gradient of ${name}`] = grads[name];
	} else {
		found.y = callByName(c.op, inputs, c.attrs);
	}
	const expected: Record<string, Stored> = { y: c.y };
	for (const [name, f32] of Object.entries(c.grads ?? {})) {
		const { shape } = c.inputs[name];
		expected[`gradient of ${name}`] = { shape, f32 };
	}
	const problems: string[] = [];
	for (const [name, stored] of Object.entries(expected)) {
		const y = found[name];
		const problem =
			y.shape.join() === stored.shape.join()
				? compare(await y.data(), values(stored), tolerance)
				: `has shape [${y.shape}], not [${stored.shape}]`;
		if (problem) problems.push(`${name} ${problem}`);
	}
	return problems;
}

function values(stored: Stored): number[] {
	return (stored.f32 ?? stored.i32).map((v) =>
		typeof v === "number"
			? v
			: { nan: Number.NaN, inf: 1 / 0, "-inf": -1 / 0 }[v],
	) as number[];
}

function upload(stored: Stored, device: Device): Tensor {
	const dtype = stored.i32 ? "i32" : "f32";
	return tensor(values(stored), stored.shape, { device, dtype });
}

/** Undefined where all is within the tolerance; NaN and infinities must be the same. */
function compare(
	found: HostArray,
	expected: readonly number[],
	tolerance: number,
): string | undefined {
	const finite = expected.filter(Number.isFinite).map(Math.abs);
	const bound = tolerance * finite.reduce((a, b) => Math.max(a, b), 0);
	const at = expected.findIndex(
		(e, i) => !(Object.is(e, found[i]) || Math.abs(e - found[i]) <= bound),
	);
	return at < 0 ? undefined : `[${at}] is ${found[at]}, not ${expected[at]}`;
}
