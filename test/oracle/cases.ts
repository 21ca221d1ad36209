import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
	type Device,
	grad,
	type HostArray,
	type Tensor,
	tensor,
	valueAndGrad,
} from "../../src/engine/index.ts";
import { add, mul, sum } from "../../src/kernels/index.ts";
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
	/** Gradients of the sum of <gradient, direction>, where there are directions. */
	readonly directions?: Readonly<Record<string, readonly Value[]>>;
	readonly seconds?: Readonly<Record<string, readonly Value[]>>;
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
	const found = results(c, device);
	const expected: Record<string, Stored> = { y: c.y };
	const derivatives = { gradient: c.grads, "second gradient": c.seconds };
	for (const [what, arrays] of Object.entries(derivatives)) {
		for (const [name, f32] of Object.entries(arrays ?? {})) {
			const { shape } = c.inputs[name];
			expected[`${what} of ${name}`] = { shape, f32 };
		}
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

/** What the case's op gives on the device, by name. */
function results(c: OracleCase, device: Device): Record<string, Tensor> {
	const inputs: Record<string, Tensor> = {};
	for (const [name, stored] of Object.entries(c.inputs)) {
		inputs[name] = upload(stored, device);
	}
	if (!c.grads || !c.dy)
		return { y: callByName(c.op, inputs, c.attrs, device) };
	const dy = upload({ shape: c.y.shape, f32: c.dy }, device);
	const loss = (changed: Record<string, Tensor>) => {
		const y = callByName(c.op, { ...inputs, ...changed }, c.attrs, device);
		return { loss: sum(mul(y, dy)), y };
	};
	const variables = Object.fromEntries(
		Object.keys(c.grads).map((name) => [name, inputs[name]]),
	);
	const { value, grads } = valueAndGrad(loss)(variables);
	const found: Record<string, Tensor> = { y: value.y };
	for (const [name, g] of Object.entries(grads)) {
		found[`gradient of ${name}`] = g;
	}
	const slope = (changed: Record<string, Tensor>) => {
		const slopes = Object.entries(valueAndGrad(loss)(changed).grads);
		return slopes
			.map(([name, g]) => {
				const f32 = c.directions?.[name] ?? [];
				return sum(mul(g, upload({ shape: g.shape, f32 }, device)));
			})
			.reduce((a, b) => add(a, b));
	};
	if (c.directions) {
		for (const [name, g] of Object.entries(grad(slope)(variables))) {
			found[`second gradient of ${name}`] = g;
		}
	}
	return found;
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
