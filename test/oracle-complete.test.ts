import { expect, test } from "vitest";
import * as kernels from "../src/kernels/index.ts";
import * as clip from "../src/unet/clip.ts";
import * as losses from "../src/unet/losses.ts";
import * as optimizers from "../src/unet/optimizers.ts";
import * as schedules from "../src/unet/schedule.ts";
import { readFamilies } from "./oracle/cases.ts";

/** Ops that a case reaches as the gradient, or a part of it, of another function. */
const AS_GRADIENT: Readonly<Record<string, string>> = {
	avgPoolInputGrad: "avgPool",
	clampInputGrad: "clamp",
	conv2dInputGrad: "conv2d",
	conv2dWeightGrad: "conv2d",
	crossEntropyInputGrad: "softmaxCrossEntropy",
	eluInputGrad: "elu",
	embed: "slice",
	extremeInputGrad: "max",
	gatherInputGrad: "gather",
	geluInputGrad: "gelu",
	hardSwishInputGrad: "hardSwish",
	leakyReluInputGrad: "leakyRelu",
	maxPoolInputGrad: "maxPool",
	momentsInputGrad: "moments",
	normalizeInputGrad: "normalize",
	normalizeMomentsGrad: "normalize",
	normalizeSums: "normalize",
	relu6InputGrad: "relu6",
	reluInputGrad: "relu",
	sigmoidInputGrad: "sigmoid",
	siluInputGrad: "silu",
	tanhInputGrad: "tanh",
	upsampleBilinearInputGrad: "upsampleBilinear",
	upsampleNearestInputGrad: "upsampleNearest",
};

/** Functions without a case, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
	adjustLossScale:
		"PyTorch has it inside GradScaler, on CUDA; its rows are in test/cases",
	cast: "changes the storage only; test/storage.test.ts has f16 where an adapter does",
	crossEntropy: "is all of softmaxCrossEntropy but its total",
	dropout:
		"draws its own random numbers; test/dropout.test.ts has their statistics",
	targetLoss:
		"is sigmoidCrossEntropy where there is one output, which test/unet/losses.test.ts holds it to, and the formula where there are more",
	unscaleGradient:
		"PyTorch has it inside GradScaler, on CUDA; its rows are in test/cases",
};

const cases = ["torch", "keras"].flatMap((source) =>
	readFamilies(`test/oracle/${source}`).flatMap((family) => family.cases),
);
/** Every function that a case calls: its op, and those its attributes name. */
const called = new Set(cases.flatMap((c) => texts([c.op, c.attrs])));
const differentiated = new Set(cases.filter((c) => c.grads).map((c) => c.op));

const judged = [kernels, losses, optimizers, schedules, clip].flatMap(
	(module) =>
		Object.entries(module).flatMap(([name, value]) =>
			typeof value === "function" ? [name] : [],
		),
);

test.each(judged)("%s has a case, or a reason not to", (name) => {
	const forward = AS_GRADIENT[name];
	if (forward) {
		expect(differentiated, `gradients of ${forward}`).toContain(forward);
	} else if (!(name in WITHOUT)) {
		expect(called).toContain(name);
	}
});

test("the lists of exceptions name what exists and has no case", () => {
	const listed = [...Object.keys(AS_GRADIENT), ...Object.keys(WITHOUT)];
	expect(listed.filter((name) => !judged.includes(name))).toEqual([]);
	expect(listed.filter((name) => called.has(name))).toEqual([]);
});

function texts(value: unknown): string[] {
	if (typeof value === "string") return [value];
	const within = typeof value === "object" && value ? Object.values(value) : [];
	return within.flatMap(texts);
}
