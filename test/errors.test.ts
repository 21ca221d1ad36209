import { describe, expect, test } from "vitest";
import {
	cpuDevice,
	defineOp,
	formatShape,
	type Op,
	release,
	ShapeError,
	type Tensor,
	valueAndGrad,
} from "../src/engine/index.ts";
import { fails, normal, stored } from "./case.ts";
import { cases } from "./cases.ts";
import {
	call,
	drawInputs,
	inputNames,
	nameRows,
	type Row,
	uploadInputs,
} from "./rows.ts";

const rows = nameRows(cases.filter((c) => c.error !== undefined));

describe("a wrong call is rejected where it stands", () => {
	for (const row of rows) {
		test(`${row.name}: ${row.error}`, () => check(row));
	}
});

/** Attributes that take any number, and say what they do with NaN. */
const ANY_NUMBER = ["gather.fill"];

describe("whatever is wrong with a call of", () => {
	const correct = nameRows(cases.filter((c) => !c.error && !c.bench));
	for (const op of new Set(correct.map((c) => c.op))) {
		const { name, defaults, dtypes = {} } = op.spec;
		// The row that gives most inputs.
		const rowOf = correct
			.filter((c) => c.op === op)
			.reduce((a, b) =>
				Object.keys(b.inputs).length > Object.keys(a.inputs).length ? b : a,
			);
		const wrong = (changes: Partial<Row>, error: string) =>
			check({ ...rowOf, ...changes, error });

		test(`${name}: element types`, () => {
			for (const input of inputNames(rowOf)) {
				const drawn = rowOf.inputs[input];
				const want = (dtypes as Record<string, string>)[input] ?? "f32";
				if (!drawn || want === "any") continue;
				const dtype = want === "i32" ? "f32" : "i32";
				const inputs = { ...rowOf.inputs, [input]: stored(drawn, dtype) };
				wrong({ inputs }, `${input} is ${dtype} but must be ${want}`);
			}
		});
		test(`${name}: attributes`, () => {
			wrong({ attrs: { ...rowOf.attrs, nonsense: 1 } }, "unknown attribute");
			for (const [key, value] of Object.entries(defaults)) {
				if (ANY_NUMBER.includes(`${name}.${key}`)) continue;
				const given = (rowOf.attrs as Record<string, unknown>)[key] ?? value;
				wrong({ attrs: { ...rowOf.attrs, [key]: nonsense(given) } }, key);
			}
		});
		test(`${name}: inputs`, () => {
			const f = op as (...args: unknown[]) => unknown;
			const usage = /^ShapeError: \w+: .*; usage: \w+\(.*\)$/;
			const [first, ...rest] = uploadInputs(
				rowOf,
				drawInputs(rowOf),
				cpuDevice(),
			);
			expect(String(errorOf(() => f()))).toMatch(usage);
			expect(String(errorOf(() => f([1, 2], ...rest)))).toMatch(usage);
			const many = [first, ...rest, first, rowOf.attrs];
			expect(String(errorOf(() => f(...many)))).toMatch(usage);
			release(first as Tensor);
			const freed = String(errorOf(() => f(first, ...rest, rowOf.attrs)));
			expect(freed).toContain(`${name}(`);
			expect(freed).toContain("has been freed");
		});
	}
});

/** A value of the attribute's form that no op can take. */
function nonsense(value: unknown): unknown {
	if (Array.isArray(value)) return [Number.NaN, ...value.slice(1)];
	return typeof value === "number" ? Number.NaN : "nonsense";
}

describe("the check itself notices", () => {
	const shapes = { x: normal(2, 3) };
	test("a call that passes", () => {
		expect(() =>
			check(rejecting(fails(careless, shapes, {}, "wrong"))),
		).toThrow(/to be an instance of ShapeError/);
	});
	test("memory taken before the error", () => {
		expect(() => check(rejecting(fails(leaky, shapes, {}, "wrong")))).toThrow(
			/tensors in use/,
		);
	});
});

/** The error comes from the call itself, names op, shapes and reason, and nothing was allocated or recorded. */
function check(row: Row): void {
	const device = cpuDevice();
	const inputs = uploadInputs(row, drawInputs(row), device);
	const before = device.stats.liveBuffers;
	const error = errorOf(() => call(row, inputs));
	expect(error).toBeInstanceOf(ShapeError);
	const { message } = error as ShapeError;
	const { name } = row.op.spec;
	expect(message).toContain(row.error);
	if (message.includes("; usage: ")) {
		// Not even the arguments could be told apart: the message says how to call.
		expect(message.startsWith(`${name}: `), message).toBe(true);
		expect(message).toContain(`usage: ${name}(${inputNames(row).join(", ")}`);
	} else {
		expect(message.startsWith(`${name}(`), message).toBe(true);
		for (const [input, { shape }] of Object.entries(row.inputs)) {
			expect(message).toContain(input + formatShape(shape));
		}
	}
	expect(message.split("\n"), "one line").toHaveLength(1);
	expect(device.stats.liveBuffers, "tensors in use").toBe(before);
	expect(device.stats.dispatches, "dispatches").toBe(0);
	// On a tape the same error comes out, not one of the tape's.
	const onTape = errorOf(() => valueAndGrad(() => call(row, inputs))({}));
	expect(String(onTape)).toBe(String(error));
}

function errorOf(f: () => unknown): unknown {
	try {
		f();
	} catch (error) {
		return error;
	}
	return undefined;
}

const rejecting = (c: ReturnType<typeof fails>) => nameRows([c])[0];

const careless: Op<["x"], Record<never, never>> = defineOp({
	name: "careless",
	inputs: ["x"],
	defaults: {},
	shape: ({ x }) => x,
	reference() {},
	launch: () => [],
});

const leaky: Op<["x"], Record<never, never>> = defineOp({
	...careless.spec,
	name: "leaky",
	reference() {
		throw new ShapeError("leaky(x[2,3]): wrong");
	},
});
