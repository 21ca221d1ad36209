import { describe, expect, test } from "vitest";
import { accumulate } from "../src/engine/accumulate.ts";
import { isInteger } from "../src/engine/dtype.ts";
import {
	cpuDevice,
	type Device,
	defineOp,
	formatShape,
	type HostArray,
	type Op,
	sameShape,
	sizeOf,
	type Tensor,
	valueAndGrad,
} from "../src/engine/index.ts";
import { type Case, normal, row } from "./case.ts";
import { cases } from "./cases.ts";
import {
	attrsOf,
	call,
	drawInputs,
	inputNames,
	nameRows,
	type Row,
	uniformNumbers,
	uploadInputs,
} from "./rows.ts";

/** Largest error relative to the size of the gradient's terms along the direction. */
const TOLERANCE = 1e-6;

/** Step of the central difference: kinks and ties in the rows are farther apart than twice this. */
const STEP = 1e-3;

const rows = nameRows(
	cases.filter((c) => !c.error && !c.bench && differentiable(c).length),
);

describe("gradient agrees with finite differences", () => {
	for (const row of rows) {
		test(row.name, async () => {
			for (const input of differentiable(row)) await check(row, [input], 1);
			// Together: rules that share work. Called twice: every gradient is a sum.
			await check(row, differentiable(row), 2);
			for (const [a, b] of alike(row)) await check(row, [a, b], 1, true);
		});
	}
});

describe("the check itself notices", () => {
	test("a wrong gradient", async () => {
		const [wrong] = nameRows([row(squareWithRule(3), { x: normal(40) })]);
		await expect(check(wrong, ["x"], 1)).rejects.toThrow(/derivative/);
		const [right] = nameRows([row(squareWithRule(2), { x: normal(40) })]);
		await check(right, ["x"], 2);
	});
});

/** Inputs of a row that its op has a gradient rule for. */
function differentiable(c: Case): string[] {
	const { grad: rules = {}, dtype } = c.op.spec;
	const result = typeof dtype === "function" ? dtype(attrsOf(c)) : dtype;
	if (result && isInteger(result)) return [];
	return inputNames(c).filter((name) => {
		const drawn = c.inputs[name];
		return drawn && name in rules && !isInteger(drawn.dtype);
	});
}

/** Pairs of differentiable inputs of one shape, which one tensor can stand for. */
function alike(row: Row): [string, string][] {
	const names = differentiable(row);
	return names.flatMap((a, i) =>
		names
			.slice(i + 1)
			.filter((b) => sameShape(row.inputs[a].shape, row.inputs[b].shape))
			.map((b): [string, string] => [a, b]),
	);
}

/**
 * Compares the derivative of <covector, op(inputs)> along a random direction,
 * in float64, with a central difference that Richardson's extrapolation
 * improves to fourth order. `same` gives the first input's tensor to all of `names`.
 */
async function check(
	row: Row,
	names: readonly string[],
	calls: number,
	same = false,
): Promise<void> {
	const device = cpuDevice();
	const values = drawInputs(row);
	const variables = same ? names.slice(0, 1) : names;
	const random = uniformNumbers(1);
	const direction = new Map(
		variables.map((n) => [n, values[n].map(() => 2 * random() - 1)]),
	);
	const covectors = await drawCovectors(row, values, device, calls, random);
	const loss = (params: Record<string, Tensor>) => {
		const inputs = uploadInputs(row, values, device).map((fixed, i) => {
			const name = inputNames(row)[i];
			return params[same && names.includes(name) ? names[0] : name] ?? fixed;
		});
		return covectors
			.map((c) => weightedSum(call(row, inputs), c))
			.reduce((a, b) => accumulate(a, b));
	};
	const at = (h: number) =>
		Object.fromEntries(
			variables.map((n) => {
				const d = direction.get(n) as HostArray;
				const moved = Float64Array.from(values[n], (v, i) => v + h * d[i]);
				return [n, device.upload(moved, row.inputs[n].shape, "f32")];
			}),
		);
	const central = async (h: number) =>
		((await loss(at(h)).item()) - (await loss(at(-h)).item())) / (2 * h);
	const numeric = (4 * (await central(STEP / 2)) - (await central(STEP))) / 3;

	const { value, grads } = valueAndGrad(loss)(at(0));
	let exact = 0;
	let squares = 0;
	for (const n of variables) {
		const d = direction.get(n) as HostArray;
		expect(grads[n].shape, `${n}'s gradient`).toEqual(row.inputs[n].shape);
		for (const [i, g] of (await grads[n].data()).entries()) {
			exact += g * d[i];
			squares += (g * d[i]) ** 2;
		}
	}
	// What float64 leaves of a difference of two losses.
	const rounding = (1e-14 * (1 + Math.abs(await value.item()))) / STEP;
	const error = Math.abs(numeric - exact);
	if (!(error <= TOLERANCE * Math.sqrt(squares) + rounding)) {
		throw new Error(
			`derivative along ${names.map((n) => n + formatShape(row.inputs[n].shape)).join(", ")}${same ? " as one tensor" : ""}, ${calls} call(s): gradient says ${exact}, finite difference ${numeric}`,
		);
	}
}

async function drawCovectors(
	row: Row,
	values: Readonly<Record<string, HostArray>>,
	device: Device,
	count: number,
	random: () => number,
): Promise<Tensor[]> {
	const y = call(row, uploadInputs(row, values, device));
	return Array.from({ length: count }, () =>
		device.upload(
			Float64Array.from({ length: sizeOf(y.shape) }, () => 2 * random() - 1),
			y.shape,
			"f32",
		),
	);
}

/** sum(y * c): the loss of the check, independent of the kernels under test. Its `dy` is 1. */
const weightedSum: Op<["y", "c"], Record<never, never>> = defineOp({
	name: "weightedSum",
	inputs: ["y", "c"],
	defaults: {},
	shape: () => [],
	reference({ y, c }, _, out) {
		for (let i = 0; i < y.data.length; i++)
			out.data[0] += y.data[i] * c.data[i];
	},
	launch: () => [],
	grad: { y: ({ inputs }) => inputs.c },
});

/** y = x^2 elementwise, with the gradient `factor * x * dy`: right when the factor is 2. */
function squareWithRule(factor: number): Op<["x"], Record<never, never>> {
	const product: Op<["x", "dy"], Record<never, never>> = defineOp({
		name: "product",
		inputs: ["x", "dy"],
		defaults: {},
		shape: ({ x }) => x,
		reference({ x, dy }, _, y) {
			for (let i = 0; i < y.data.length; i++)
				y.data[i] = factor * x.data[i] * dy.data[i];
		},
		launch: () => [],
	});
	return defineOp({
		name: "square",
		inputs: ["x"],
		defaults: {},
		shape: ({ x }) => x,
		reference({ x }, _, y) {
			for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] ** 2;
		},
		launch: () => [],
		grad: { x: ({ inputs, dy }) => product(inputs.x, dy) },
	});
}
