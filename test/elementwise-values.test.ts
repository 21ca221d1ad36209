import { afterAll, expect, test } from "vitest";
import * as k from "../src/kernels/index.ts";
import { type Case, exactly, normal, row } from "./case.ts";
import { kernelChecker } from "./check-kernel.ts";
import { describeOnGpus } from "./gpu.ts";
import { nameRows } from "./rows.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
// No multiple of 4 and a multiple of 4: both variants.
const special = [nan, inf, -inf, -0, 0, 1, -1, -nan, 0.5, -3, 3, 6];
const x = exactly([...special, 2], [13]);
const fours = exactly(special, [12]);
const far = exactly([1e30, -1e30, 100, -100], [4]);

/** Every pair of the special values. */
const a = exactly(special, [12, 1]);
const b = exactly(special, [12]);

const functions = [
	[k.exp],
	[k.log],
	[k.sqrt],
	[k.abs],
	[k.sign],
	[k.erf],
	[k.sigmoid],
	[k.tanh],
	[k.silu],
	[k.gelu],
	[k.gelu, { approximate: "tanh" }],
	[k.relu6],
	[k.elu],
	[k.hardSwish],
	[k.clamp, { min: -1, max: 3 }],
	[k.clamp, { min: 0 }],
	...[0, 1, 2, 3, -1, -2, 0.5, -0.5, 2.5].map((exponent) => [
		k.pow,
		{ exponent },
	]),
] as [op: Case["op"], attrs?: object][];

const derivatives = [
	[k.sigmoidInputGrad],
	[k.tanhInputGrad],
	[k.siluInputGrad],
	[k.geluInputGrad],
	[k.geluInputGrad, { approximate: "tanh" }],
	[k.relu6InputGrad],
	[k.eluInputGrad],
	[k.hardSwishInputGrad],
	[k.clampInputGrad, { min: -1, max: 3 }],
] as [op: Case["op"], attrs?: object][];

const rows: Case[] = [
	...functions.flatMap(([op, attrs]) => [
		row(op, { [op.spec.inputs[0]]: x }, attrs),
		row(op, { [op.spec.inputs[0]]: fours }, attrs),
	]),
	...derivatives.flatMap(([op, attrs]) => [
		row(op, { x, dy: normal(13) }, attrs),
		row(op, { x: fours, dy: normal(12) }, attrs),
		row(op, { x: normal(13), dy: x }, attrs),
	]),
	...[
		k.minimum,
		k.maximum,
		k.equal,
		k.notEqual,
		k.less,
		k.lessEqual,
		k.greater,
		k.greaterEqual,
		k.pow,
	].map((op) => row(op, { a, b })),
	...[k.silu, k.hardSwish, k.elu, k.erf, k.tanh, k.sigmoid].map((op) =>
		row(op, { x: far }),
	),
	...[{}, { approximate: "tanh" }].flatMap((attrs) => [
		row(k.gelu, { x: far }, attrs),
		row(k.geluInputGrad, { x: far, dy: normal(4) }, attrs),
	]),
	row(k.siluInputGrad, { x: far, dy: normal(4) }),
	row(k.where, { condition: b, a: normal(12), b: normal(12) }),
	row(k.where, { condition: b, a, b }),
	// The rows of the table have no false condition: these read both branches, each repeated in its own way.
	row(k.where, {
		condition: exactly([0, 2, 0], [3, 1, 1, 1]),
		a: normal(5, 1, 7),
		b: normal(11, 1),
	}),
	row(k.where, {
		condition: exactly([1, 0, -0, 0.5, 0, 3, 0], [7]),
		a: normal(11, 1),
		b: normal(5, 1, 7),
	}),
];

await describeOnGpus((open) => {
	const checker = kernelChecker(open);
	afterAll(() => checker.destroy());
	test.each(nameRows(rows))("$name", async (r) => {
		expect((await checker.check(r)).problems).toEqual([]);
	});
});
