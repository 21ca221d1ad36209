import { invalid } from "../engine/errors.ts";
import {
	ceilDiv,
	type Dispatch,
	single,
	type Variant,
} from "../engine/kernel.ts";
import { defineOp, type Launch, type Op } from "../engine/op.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { broadcastPlan, broadcastShape, broadcastValues } from "./broadcast.ts";
import { itemGrid } from "./grid.ts";
import {
	matmulKinds,
	matmulOuterStage,
	matmulStage,
	outerChunkRows,
} from "./matmul.ts";
import anyKernel from "./matmul-any.wgsl";
import { sumStages, sumTo } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { transposeStage } from "./transpose.ts";

/** Attributes of `matmul`. */
export interface MatmulAttrs {
	/** Whether a is [..., K, M] instead of [..., M, K]; default false. */
	readonly transposeA: boolean;
	/** Whether b is [..., N, K] instead of [..., K, N]; default false. */
	readonly transposeB: boolean;
}

/** The products that a call makes: one [rows, inner] * [inner, columns] per plane. */
interface Product {
	/** Extents before the matrices: of a, of b, and what both broadcast to. */
	readonly aBatch: Shape;
	readonly bBatch: Shape;
	readonly batch: Shape;
	readonly rows: number;
	readonly inner: number;
	readonly columns: number;
}

type Inputs = ["a", "b"];

/** Matrix products a [..., M, K] * b [..., K, N] -> [..., M, N]; f32. The extents before the matrices broadcast (NumPy's matmul). */
export const matmul: Op<Inputs, MatmulAttrs> = /* @__PURE__ */ defineOp({
	name: "matmul",
	inputs: ["a", "b"],
	defaults: { transposeA: false, transposeB: false } as MatmulAttrs,
	takesEpilogue: true,
	shape({ a, b }, attrs) {
		const { batch, rows, columns } = productOf(a, b, attrs);
		// The gradients sum products of these shapes to a and to b.
		for (const t of [a, b]) broadcastPlan([...batch, ...t.slice(-2)], [t]);
		return [...batch, rows, columns];
	},
	reference({ a, b }, attrs, y) {
		const { aBatch, bBatch, batch, rows, inner, columns } = productOf(
			a.shape,
			b.shape,
			attrs,
		);
		const aPlanes = planeNumbers(aBatch, batch);
		const bPlanes = planeNumbers(bBatch, batch);
		const aAt = (p: number, i: number, r: number) =>
			p * rows * inner + (attrs.transposeA ? r * rows + i : i * inner + r);
		const bAt = (p: number, r: number, j: number) =>
			p * inner * columns +
			(attrs.transposeB ? j * inner + r : r * columns + j);
		y.data.forEach((_, at) => {
			const p = Math.floor(at / (rows * columns));
			const i = Math.floor(at / columns) % rows;
			let sum = 0;
			for (let r = 0; r < inner; r++) {
				sum +=
					a.data[aAt(aPlanes[p], i, r)] *
					b.data[bAt(bPlanes[p], r, at % columns)];
			}
			y.data[at] = sum;
		});
	},
	launch(call) {
		const product = productOf(call.shapes.a, call.shapes.b, call.attrs);
		return [
			...outerVariants(product, call),
			...tileVariants(product, call),
			anyVariant(product, call.attrs),
		];
	},
	grad: {
		a({ inputs: { a, b }, dy, attrs: { transposeA, transposeB } }) {
			const da = transposeA
				? matmul(b, dy, { transposeA: transposeB, transposeB: true })
				: matmul(dy, b, { transposeB: !transposeB });
			return sumTo(da, a.shape);
		},
		b({ inputs: { a, b }, dy, attrs: { transposeA, transposeB } }) {
			// One matrix for every plane of a: the planes are further rows of a single product.
			const flat = sizeOf(b.shape) === sizeOf(b.shape.slice(-2)) && !transposeA;
			const rows = flat && sizeOf(a.shape.slice(0, -2)) > 1;
			const [u, v] = rows ? [a, dy].map(flattened) : [a, dy];
			const db = transposeB
				? matmul(v, u, { transposeA: true, transposeB: transposeA })
				: matmul(u, v, { transposeA: !transposeA });
			return reshape(sumTo(db, rows ? db.shape : b.shape), { shape: b.shape });
		},
	},
});

function productOf(
	a: Shape,
	b: Shape,
	{ transposeA, transposeB }: MatmulAttrs,
): Product {
	if (a.length < 2 || b.length < 2) {
		invalid(
			`${a.length < 2 ? "a" : "b"} has rank ${Math.min(a.length, b.length)} but must be a matrix or [..., rows, columns]`,
		);
	}
	const [p, q] = a.slice(-2);
	const [r, s] = b.slice(-2);
	const [rows, inner] = transposeA ? [q, p] : [p, q];
	const [other, columns] = transposeB ? [s, r] : [r, s];
	if (inner !== other) {
		invalid(
			`a has ${inner} columns but b has ${other} rows${transposeA || transposeB ? ", as transposed" : ""}`,
		);
	}
	const [aBatch, bBatch] = [a.slice(0, -2), b.slice(0, -2)];
	const batch = broadcastShape(aBatch, bBatch);
	return { aBatch, bBatch, batch, rows, inner, columns };
}

/** For any extents. */
function anyVariant(
	{ aBatch, bBatch, batch, rows, inner, columns }: Product,
	{ transposeA, transposeB }: MatmulAttrs,
): Variant {
	const planes = sizeOf(batch);
	const { extents, strides } = broadcastPlan(batch, [aBatch, bBatch]);
	return single({
		kernel: anyKernel,
		params: {
			planes,
			rows,
			inner,
			columns,
			a_step: transposeA ? [1, rows] : [inner, 1],
			b_step: transposeB ? [1, inner] : [columns, 1],
			extents,
			a_planes: strides[0].map((s) => s * rows * inner),
			b_planes: strides[1].map((s) => s * inner * columns),
		},
		grid: itemGrid(planes * ceilDiv(rows, 4) * ceilDiv(columns, 4)),
	});
}

/** Columns in fours (with register tiles also the inner extent), equal planes or a single b: register tiles, after transposing what needs it. */
function tileVariants(
	product: Product,
	{ attrs, capabilities }: Launch<Inputs, MatmulAttrs>,
): Variant[] {
	const { transposeA, transposeB } = attrs;
	const { rows, inner, columns } = product;
	const kinds = matmulKinds(capabilities, columns).filter(
		(kind) => kind !== "tile" || inner % 4 === 0,
	);
	if (columns % 4 || !kinds.length) return [];
	const all = sizeOf(product.batch);
	const [left, right] = [sizeOf(product.aBatch), sizeOf(product.bBatch)];
	const merged = right === 1 && !transposeA;
	if (left !== all || (right !== all && !merged)) return [];
	const planes = merged ? 1 : all;
	const stages: Dispatch[] = [];
	const scratch: Record<string, number> = {};
	const names = { a: "a", w: "b" };
	if (transposeA) {
		names.a = "aTransposed";
		scratch.aTransposed = planes * rows * inner;
		stages.push(transposeStage(planes, inner, rows, { x: "a", y: names.a }));
	}
	if (transposeB) {
		names.w = "bTransposed";
		scratch.bTransposed = planes * inner * columns;
		stages.push(transposeStage(planes, columns, inner, { x: "b", y: names.w }));
	}
	const size = { planes, rows: (all / planes) * rows, inner, columns };
	return kinds.map((kind) => ({
		stages: [...stages, matmulStage(kind, size, names)],
		scratch,
	}));
}

/** A transposed a with extents in fours, as in weight gradients: split over the inner extent, which is long there. */
function outerVariants(
	{ aBatch, bBatch, rows, inner, columns }: Product,
	{ attrs, capabilities }: Launch<Inputs, MatmulAttrs>,
): Variant[] {
	const planes = sizeOf(aBatch);
	const applies =
		attrs.transposeA &&
		!attrs.transposeB &&
		rows % 4 === 0 &&
		columns % 4 === 0 &&
		planes === sizeOf(bBatch) &&
		planes === sizeOf(broadcastShape(aBatch, bBatch));
	if (!applies) return [];
	const size = { planes, rows: inner, left: rows, right: columns };
	const chunkRows = outerChunkRows(size, capabilities);
	const outputs = planes * rows * columns;
	const chunks = ceilDiv(inner, chunkRows);
	const block = { outer: 1, rows: chunks, inner: outputs };
	const finish = sumStages([block], "partial", 1);
	return matmulKinds(capabilities, columns).map((kind) => {
		const first = matmulOuterStage(kind, size, chunkRows, { a: "a", d: "b" });
		return {
			stages: [first, ...finish.stages],
			scratch: { partial: chunks * outputs, ...finish.scratch },
		};
	});
}

/** For references: the plane of an input that each plane of the output uses. */
function planeNumbers(from: Shape, batch: Shape): Float64Array {
	const data = Float64Array.from({ length: sizeOf(from) }, (_, i) => i);
	return broadcastValues({ data, shape: from }, batch);
}

function flattened(t: Tensor): Tensor {
	return reshape(t, { shape: [-1, t.shape[t.shape.length - 1]] });
}
