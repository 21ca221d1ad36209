import { describe, expect, test } from "vitest";
import {
	cpuDevice,
	defineOp,
	formatShape,
	type Op,
	ShapeError,
	valueAndGrad,
} from "../src/engine/index.ts";
import { fails, normal } from "./case.ts";
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
