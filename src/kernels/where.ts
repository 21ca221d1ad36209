import { elementGrid, single } from "../engine/kernel.ts";
import { defineOp, type Op } from "../engine/op.ts";
import { sizeOf } from "../engine/shape.ts";
import {
	broadcastPlan,
	broadcastShape,
	broadcastValues,
	digitParams,
} from "./broadcast.ts";
import { constant, zerosLike } from "./constant.ts";
import type { NoAttrs } from "./elementwise.ts";
import { sumTo } from "./reduce.ts";
import whereKernel from "./where.wgsl";

/** a where the condition (of any element type; a mask takes u8) is not 0, else b, with NumPy broadcasting of all three. The condition's gradient is 0. */
export const where: Op<["condition", "a", "b"], NoAttrs> =
	/* @__PURE__ */ defineOp({
		name: "where",
		inputs: ["condition", "a", "b"],
		dtypes: { condition: "any" },
		defaults: {},
		shape({ condition, a, b }) {
			const y = broadcastShape(condition, broadcastShape(a, b));
			broadcastPlan(y, [condition, a, b]);
			return y;
		},
		reference({ condition, a, b }, _, y) {
			const [c, u, v] = [condition, a, b].map((t) =>
				broadcastValues(t, y.shape),
			);
			c.forEach((test, i) => {
				y.data[i] = test !== 0 ? u[i] : v[i];
			});
		},
		launch({ shapes: { condition, a, b }, y }) {
			const plan = broadcastPlan(y, [condition, a, b]);
			const [conditionStrides, aStrides, bStrides] = plan.strides;
			const n = sizeOf(y);
			return [
				single({
					kernel: whereKernel,
					params: {
						n,
						...digitParams(plan),
						conditionStrides,
						aStrides,
						bStrides,
					},
					constants: { RANK: plan.rank },
					grid: elementGrid(n),
				}),
			];
		},
		grad: {
			condition: ({ inputs: { condition } }) => zerosLike(condition),
			a: ({ inputs: { condition, a }, dy }) =>
				sumTo(where(condition, dy, constant(a, 0)), a.shape),
			b: ({ inputs: { condition, b }, dy }) =>
				sumTo(where(condition, constant(b, 0), dy), b.shape),
		},
	});
