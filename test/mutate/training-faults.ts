import { type Fault, fault } from "./fault.ts";

/** Faults in the U-Net, its training and its data. */
export const trainingFaults: readonly Fault[] = [
	{
		file: "src/unet/metrics.ts",
		from: "sum(column(confusion, k)) - row[k]",
		to: "sum(column(confusion, k))",
		tests: ["test/unet/metrics.test.ts"],
	},
	{
		file: "src/unet/training-step.ts",
		from: "updateMoments(model.state[name], batchMoments, { momentum });",
		to: "",
		tests: ["test/unet/train.test.ts"],
	},
	{
		file: "src/data/resize.ts",
		from: "(i + 0.5) * scale",
		to: "i * scale",
		tests: ["test/data"],
	},
	{
		file: "src/data/mask.ts",
		from: "?.includes(value)) return IGNORE;",
		to: "?.includes(value)) return value;",
		tests: ["test/data"],
	},
	fault(
		"src/unet/schedule.ts",
		"Math.max(0, warmup * steps - 1)",
		"warmup * steps",
		"test/unet/schedule.test.ts",
	),
	fault(
		"src/unet/schedule.ts",
		"(then(0) * (step + 1))",
		"(then(0) * step)",
		"test/unet/schedule.test.ts",
	),
	fault(
		"src/unet/schedule.ts",
		"++bad > patience",
		"++bad >= patience",
		"test/unet/schedule.test.ts",
	),
	fault(
		"src/unet/schedule.ts",
		"threshold * Math.abs(best)",
		"threshold",
		"test/unet/schedule.test.ts",
	),
	fault(
		"src/unet/clip.ts",
		"div(top, clamp(sqrt(squares), { min: limit }))",
		"div(top, sqrt(squares))",
		"test/unet/clip.test.ts",
	),
	fault(
		"src/unet/clip.ts",
		"all.map(squares).reduce((a, b) => add(a, b))",
		"squares(all[0])",
		"test/unet/clip.test.ts",
	),
	fault(
		"src/unet/losses.ts",
		"mul(softmax(logits), counted)",
		"softmax(logits)",
		"test/unet/losses.test.ts",
	),
	fault(
		"src/unet/losses.ts",
		"scale(missed, { by: beta })",
		"scale(missed, { by: alpha })",
		"test/unet/losses.test.ts",
	),
	fault(
		"src/unet/losses.ts",
		"div(sum(mul(losses, weights)), sum(weights))",
		"mean(mul(losses, weights))",
		"test/unet/losses.test.ts",
	),
	fault(
		"src/unet/losses.ts",
		"smooth: smooth / 2",
		"smooth",
		"test/unet/losses.test.ts",
	),
	fault(
		"src/unet/init.ts",
		"deviation / CUT_DEVIATION",
		"deviation",
		"test/unet/init.test.ts",
	),
	fault(
		"src/unet/init.ts",
		"Math.abs(value) > 2",
		"Math.abs(value) > 3",
		"test/unet/init.test.ts",
	),
	fault(
		"src/unet/init.ts",
		"shape.slice(0, -2)",
		"shape.slice(0, 1)",
		"test/unet/init.test.ts",
	),
	fault(
		"src/unet/init.ts",
		"transposed ? [out, into] : [into, out]",
		"[into, out]",
		"test/unet/init.test.ts",
	),
	fault(
		"src/unet/random-numbers.ts",
		"2 * index + 1",
		"2 * index + 2",
		"test/unet/init.test.ts",
	),
	fault(
		"src/unet/optimizers.ts",
		"n > 1 ? dampening : 0",
		"dampening",
		"test/unet/optimizer.test.ts",
	),
	fault(
		"src/unet/optimizers.ts",
		"keras ? 0.004 : 0.01",
		"0.01",
		"test/unet/optimizer.test.ts",
	),
	fault(
		"src/unet/optimizers.ts",
		"(n) => epsilon / Math.sqrt(1 - beta2 ** n)",
		"() => epsilon",
		"test/unet/optimizer.test.ts",
	),
	fault(
		"src/unet/optimizers.ts",
		"sum: keras ? 0.1 : 0",
		"sum: 0",
		"test/unet/optimizer.test.ts",
	),
	fault(
		"src/unet/checkpoint-layout.ts",
		"[b, a, kh, kw] = shape",
		"[a, b, kh, kw] = shape",
		"test/unet/checkpoint.test.ts",
	),
];
