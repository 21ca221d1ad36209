import { beforeEach, describe, expect, test } from "vitest";
import {
	cpuDevice,
	type Device,
	DeviceError,
	defineOp,
	GradientError,
	grad,
	type Op,
	release,
	ShapeError,
	scope,
	setDefaultDevice,
	type Tensor,
	tensor,
	valueAndGrad,
	zeros,
} from "../src/engine/index.ts";
import {
	add,
	concat,
	mul,
	relu,
	scale,
	sum,
	updateMoments,
} from "../src/kernels/index.ts";
import { describeOnDevices } from "./gpu.ts";

let device: Device;
beforeEach(() => {
	device = cpuDevice();
	setDefaultDevice(device);
});

const numbers = async (t: Tensor) => [...(await t.data())];

describe("gradients of", () => {
	test("an input used twice in one op and again in another", async () => {
		const x = tensor([1, -2, 3]);
		const { value, grads } = valueAndGrad((x: Tensor) =>
			sum(add(mul(x, x), x)),
		)(x);
		expect(await value.item()).toBe(16);
		expect(await numbers(grads)).toEqual([3, -3, 7]);
	});

	test("a skip connection, as in a U-Net", async () => {
		const x = tensor([[1, -2]]);
		const weights = tensor([[10, 20, 1, 2]]);
		const f = (x: Tensor) => {
			const deep = scale(relu(x), { by: 3 });
			return sum(mul(concat(x, deep), weights));
		};
		expect(await numbers(grad(f)(x))).toEqual([10 + 3, 20]);
	});

	test("a diamond of depth 20: every path is counted", async () => {
		const f = (x: Tensor) => {
			let y = x;
			for (let i = 0; i < 20; i++) y = add(y, y);
			return y;
		};
		expect(await grad(f)(tensor(1)).item()).toBe(2 ** 20);
	});

	test("a parameter that the loss does not use: zeros of its shape", async () => {
		const params = { used: tensor([2]), constant: tensor([[1, 2, 3]]) };
		const grads = grad((p: typeof params) => sum(mul(p.used, p.used)))(params);
		expect(await numbers(grads.used)).toEqual([4]);
		expect(grads.constant.shape).toEqual([1, 3]);
		expect(await numbers(grads.constant)).toEqual([0, 0, 0]);
	});

	test("a loss that uses no parameter at all", async () => {
		const c = tensor(7);
		const { value, grads } = valueAndGrad((_: Tensor) => c)(tensor([1, 2]));
		expect(await value.item()).toBe(7);
		expect(await numbers(grads)).toEqual([0, 0]);
	});

	test("the parameter itself as the loss", async () => {
		const { value, grads } = valueAndGrad((x: Tensor) => x)(tensor(5));
		expect(await value.item()).toBe(5);
		expect(await grads.item()).toBe(1);
	});

	test("two parameters that get the same gradient tensor", async () => {
		const f = ([a, b]: readonly Tensor[]) => sum(add(add(a, b), a));
		const [a, b] = grad(f)([tensor([1, 2]), tensor([3, 4])]);
		expect(await numbers(a)).toEqual([2, 2]);
		expect(await numbers(b)).toEqual([1, 1]);
	});

	test("one tensor standing twice in the tree", async () => {
		const x = tensor([3]);
		const f = ([a, b]: readonly Tensor[]) => sum(mul(a, b));
		const grads = grad(f)([x, x]);
		expect(await numbers(grads[0])).toEqual([6]);
		expect(await numbers(grads[1])).toEqual([6]);
	});

	test("gradients: second and third derivative of x^3", async () => {
		const cube = (x: Tensor) => sum(mul(mul(x, x), x));
		const first = (x: Tensor) => sum(grad(cube)(x));
		const second = (x: Tensor) => sum(grad(first)(x));
		const x = tensor([2, -1]);
		expect(await numbers(grad(cube)(x))).toEqual([12, 3]);
		expect(await numbers(grad(first)(x))).toEqual([12, -6]);
		expect(await numbers(grad(second)(x))).toEqual([6, 6]);
	});

	test("a gradient penalty: value and gradient of the same call in one loss", async () => {
		// f = x^4, penalty = (4 x^3)^2, so d(f + penalty)/dx = 4 x^3 + 96 x^5.
		const quartic = (x: Tensor) => {
			const square = mul(x, x);
			return sum(mul(square, square));
		};
		const loss = (x: Tensor) => {
			const { value, grads } = valueAndGrad(quartic)(x);
			return add(value, sum(mul(grads, grads)));
		};
		expect(await numbers(grad(loss)(tensor([2])))).toEqual([32 + 96 * 32]);
	});

	test("a loss with further results, which stay alive", async () => {
		const { value, grads } = valueAndGrad((x: Tensor) => {
			const y = mul(x, x);
			return { loss: sum(y), parts: [y] };
		})(tensor([1, 2]));
		expect(await numbers(value.parts[0])).toEqual([1, 4]);
		expect(await numbers(grads)).toEqual([2, 4]);
	});
});

describe("memory", () => {
	test("a step keeps its value and gradients, nothing else", () => {
		const x = tensor([1, 2, 3]);
		const before = device.stats.liveBuffers;
		const { value, grads } = valueAndGrad((x: Tensor) =>
			sum(mul(relu(add(x, x)), scale(x, { by: 2 }))),
		)(x);
		expect(device.stats.liveBuffers).toBe(before + 2);
		release(value);
		release(grads);
		expect(device.stats.liveBuffers).toBe(before);
	});

	test("a nested step keeps no more", () => {
		const x = tensor([1, 2]);
		const before = device.stats.liveBuffers;
		const first = grad((x: Tensor) => sum(mul(x, mul(x, x))));
		release(grad((x: Tensor) => sum(first(x)))(x));
		expect(device.stats.liveBuffers).toBe(before);
	});

	test("a step that throws frees what it made and closes its tape", async () => {
		const x = tensor([1, 2]);
		const before = device.stats.liveBuffers;
		const failing = grad((x: Tensor) => add(mul(x, x), zeros([3])));
		expect(() => failing(x)).toThrow(ShapeError);
		expect(device.stats.liveBuffers).toBe(before);
		const g = grad((x: Tensor) => sum(mul(x, x)))(x);
		expect(await numbers(g)).toEqual([2, 4]);
		expect(device.stats.liveBuffers).toBe(before + 1);
	});

	test("scope frees everything but what it returns", async () => {
		const before = device.stats.liveBuffers;
		const kept = scope(() => {
			const a = tensor([1, 2]);
			return {
				deep: [
					mul(
						a,
						scope(() => add(a, a)),
					),
				],
			};
		});
		expect(device.stats.liveBuffers).toBe(before + 1);
		expect(await numbers(kept.deep[0])).toEqual([2, 8]);
	});

	test("scope rejects a function that returns a promise", () => {
		expect(() => scope(async () => tensor(1))).toThrow(
			/promise.*Await outside/,
		);
	});
});

describe("use after the step", () => {
	const leaked = () => {
		let leak: Tensor | undefined;
		valueAndGrad((x: Tensor) => {
			leak = mul(x, x);
			return sum(leak);
		})(tensor([1, 2]));
		return leak as Tensor;
	};
	test("of a tensor made inside it: an op says which input and what to do", () => {
		expect(() => add(tensor([1, 2]), leaked())).toThrow(
			/^add\(a\[2\], b\[2\].*\): b has been freed.*return it from there/,
		);
	});
	test("reading it rejects with the reason", async () => {
		await expect(async () => leaked().data()).rejects.toThrow(/freed/);
	});
	test("releasing twice is harmless", () => {
		const x = tensor([1]);
		const before = device.stats.liveBuffers;
		release(x);
		release(x);
		expect(device.stats.liveBuffers).toBe(before - 1);
	});
});

describe("a gradient that does not exist", () => {
	const step: Op<["x"], Record<never, never>> = defineOp({
		name: "step",
		inputs: ["x"],
		defaults: {},
		shape: ({ x }) => x,
		reference() {},
		launch: () => [],
	});
	test("of an op without a rule is refused by name", () => {
		const f = grad((x: Tensor) => sum(step(x)));
		expect(() => f(tensor([1]))).toThrow(GradientError);
		expect(() => f(tensor([1]))).toThrow(
			"step has no gradient with respect to x",
		);
	});
	test("is not asked for where nothing depends on a parameter", async () => {
		const c = tensor([5]);
		const g = grad((x: Tensor) => sum(mul(x, step(c))))(tensor([1]));
		expect(g.shape).toEqual([1]);
	});
	test("of a loss with several elements is refused with its shape", () => {
		const f = grad((x: Tensor) => mul(x, x));
		expect(() => f(tensor([1, 2]))).toThrow(GradientError);
		expect(() => f(tensor([1, 2]))).toThrow(/loss has shape \[2\].*mean/);
	});
});

test("an update op inside a step changes its tensor and leaves no mark on the gradients", async () => {
	const x = tensor([2]);
	const running = tensor([[0], [1]]);
	const g = grad((x: Tensor) => {
		updateMoments(running, tensor([[10], [3]]), { momentum: 0.5 });
		return sum(mul(x, x));
	})(x);
	expect(await numbers(g)).toEqual([4]);
	expect(await numbers(running)).toEqual([5, 2]);
});

test("an update of what is being differentiated is refused before it changes anything", async () => {
	const x = tensor([[0], [1]]);
	const step = grad((x: Tensor) => {
		updateMoments(x, tensor([[10], [3]]), { momentum: 0.5 });
		return sum(x);
	});
	expect(() => step(x)).toThrow(GradientError);
	expect(() => step(x)).toThrow(
		/updateMoments.*running is being differentiated/,
	);
	expect(await numbers(x)).toEqual([0, 1]);
});

await describeOnDevices((open) => {
	test("the same on the GPU: skip connection, second derivative, use after the step", async () => {
		setDefaultDevice(open());
		const x = tensor([3, -2]);
		let leak: Tensor | undefined;
		const f = (x: Tensor) => {
			leak = mul(x, x);
			return sum(mul(concat(leak, relu(x)), concat(x, leak)));
		};
		// f = sum x^3 + relu(x) x^2, so f' = 3x^2 (6x^2 where x > 0), f'' = 6x (12x).
		const first = grad(f);
		expect(await numbers(first(x))).toEqual([54, 12]);
		expect(await numbers(grad((x: Tensor) => sum(first(x)))(x))).toEqual([
			36, -12,
		]);
		await expect(async () => (leak as Tensor).data()).rejects.toThrow(
			DeviceError,
		);
	});
});
