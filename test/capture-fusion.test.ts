import { describe, expect, test } from "vitest";
import { reflectKernel } from "../scripts/wgsl.ts";
import { accumulate } from "../src/engine/accumulate.ts";
import {
	capture,
	defineOp,
	live,
	type Op,
	pack,
	release,
	single,
	type Tensor,
	tensor,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import { recordSteps } from "../src/engine/recording.ts";
import { tasksOf } from "../src/engine/tasks.ts";
import * as k from "../src/kernels/index.ts";
import { adam, optimizerState, unet } from "../src/unet/index.ts";
import { plainStep } from "../src/unet/training-step.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { describeOnDevices } from "./gpu.ts";
import {
	attrsOf,
	call,
	drawInputs,
	nameRows,
	type Row,
	releaseAll,
	shapeOfOutput,
	shapesOf,
	uniformNumbers,
	uploadInputs,
} from "./rows.ts";

type Inputs = readonly (Tensor | undefined)[];

/** The rows of ops that are said to take an epilogue: of each kernel on this device the smallest, with the variant it is in. */
function producers(device: WebgpuDevice): [row: Row, variant: number][] {
	const smallest = new Map<string, [Case, number, number]>();
	for (const c of cases) {
		if (c.error || c.bench || !c.op.spec.takesEpilogue) continue;
		if (Object.values(c.inputs).some((d) => d.dtype !== "f32")) continue;
		const y = shapeOfOutput(c);
		const size = y.reduce((a, b) => a * b, 1);
		const call = { shapes: shapesOf(c), y, attrs: attrsOf(c) };
		const variants = c.op.spec.launch({
			...call,
			capabilities: device.capabilities,
		});
		for (const [i, { stages }] of variants.entries()) {
			const { name } = stages[stages.length - 1].kernel;
			const best = smallest.get(name);
			if (!best || size < best[2]) smallest.set(name, [c, i, size]);
		}
	}
	const found = [...smallest.values()];
	const rows = nameRows(found.map(([c]) => c));
	return rows.map((r, i) => [r, found[i][1]]);
}

/** The kernels that the captured function runs, and whether its result is that of the plain one in every bit. */
async function compared(
	device: WebgpuDevice,
	f: (inputs: Inputs) => Tensor,
	inputs: Inputs,
) {
	const given = inputs.filter((t): t is Tensor => !!t);
	const from = (list: readonly Tensor[]) =>
		f(inputs.map((t) => t && list[given.indexOf(t)]));
	const expected = from(given);
	const captured = capture((...list: Tensor[]) => from(list));
	const found = captured(...given);
	const values = [await expected.data(), await found.data()];
	captured.free();
	release(expected);
	const [plain, replayed] = values.map((v) => [
		...new Uint32Array(Float32Array.from(v).buffer),
	]);
	const kernels = kernelsOf(device, (list) => from(list), given);
	return { plain, replayed, kernels };
}

/** Names of the kernels of a captured function, in order. */
function kernelsOf(
	device: WebgpuDevice,
	f: (list: readonly Tensor[]) => unknown,
	given: readonly Tensor[],
): string[] {
	const recording = recordSteps(device, given, f);
	const tasks = tasksOf(device, recording);
	for (const t of recording.constants) device.free(t);
	return tasks.flatMap(({ variant }) =>
		variant.stages.map((s) => s.kernel.name),
	);
}

function noise(device: WebgpuDevice, ...shape: number[]): Tensor {
	const random = uniformNumbers(shape.length);
	const n = shape.reduce((a, b) => a * b, 1);
	const values = Float32Array.from({ length: n }, () => random() - 0.5);
	return tensor(values, shape, { device });
}

await describeOnDevices((device) => {
	test("every kernel of the ops that take one does an epilogue: a sum, then an activation", async () => {
		const all = producers(device());
		expect(all.length).toBeGreaterThan(25);
		for (const [row, variant] of all) {
			const inputs = uploadInputs(row, drawInputs(row), device());
			const shape = shapeOfOutput(row);
			const other = noise(device(), ...shape);
			const { choose } = device();
			device().choose = (spec, variants) =>
				variants[spec === row.op.spec ? variant : 0];
			const { plain, replayed, kernels } = await compared(
				device(),
				([other, ...inputs]) =>
					k.leakyRelu(accumulate(call(row, inputs), other as Tensor), {
						slope: 0.2,
					}),
				[other, ...inputs],
			);
			device().choose = choose;
			expect(replayed, `${row.name} by ${kernels}`).toEqual(plain);
			expect(kernels.at(-1), row.name).toMatch(
				/\+accumulate(-vec4)?\+activation(-vec4)?$/,
			);
			releaseAll([...inputs, other]);
		}
	});

	test("every elementwise op that is said to be one is done in the stores of another", async () => {
		const smallest = new Map<Op["spec"], Case>();
		for (const c of cases) {
			const { spec } = c.op;
			if (c.error || c.bench || !spec.epilogueOf || smallest.has(spec))
				continue;
			smallest.set(spec, c);
		}
		expect(smallest.size).toBeGreaterThan(20);
		for (const row of nameRows([...smallest.values()])) {
			const inputs = uploadInputs(row, drawInputs(row), device());
			const names = row.op.spec.inputs as readonly string[];
			const at = names.indexOf(row.op.spec.epilogueOf?.[0] as string);
			const { plain, replayed, kernels } = await compared(
				device(),
				(inputs) =>
					call(
						row,
						inputs.map((t, i) => (t && i === at ? accumulate(t, t) : t)),
					),
				inputs,
			);
			expect(replayed, row.name).toEqual(plain);
			expect(kernels, row.name).toEqual([
				expect.stringMatching(/^accumulate(-vec4)?\+/),
			]);
			releaseAll(inputs);
		}
	});

	test.each(["none", "batch"] as const)(
		"a training step of a U-Net with norm %s has no activation of its own",
		(norm) => {
			const form = { inChannels: 3, classes: 4, base: 4, depth: 2, norm };
			const model = unet(form, { device: device() });
			const optimizer = adam();
			const state = optimizerState(optimizer, model.params);
			const step = plainStep(model, {}, optimizer, state, undefined, () => 1);
			const labels = tensor(new Int32Array(512), [2, 16, 16], {
				device: device(),
			});
			const given = [noise(device(), 2, 16, 16, 3), labels];
			const kernels = kernelsOf(device(), ([x, t]) => step(x, t), given);
			expect(kernels.filter((name) => /^activation/.test(name))).toEqual([]);
			const [convolution, gradient] = ["", "-input-grad"].map((end) => {
				const ends = new RegExp(`\\+activation${end}(-vec4)?$`);
				return kernels.filter((name) => ends.test(name)).length;
			});
			// Two convolutions in each of five levels; transposed ones have a bias without normalization.
			expect([convolution, gradient]).toEqual([10, 10]);
			const biases = kernels.filter((name) => /fold.*\+accumulate/.test(name));
			expect(biases).toHaveLength(norm === "none" ? 2 : 0);
		},
	);

	const fused = (f: (x: Tensor, z: Tensor) => unknown) => {
		const list = [noise(device(), 2, 8), noise(device(), 2, 8)];
		return kernelsOf(device(), ([x, z]) => f(x, z), list).filter((name) =>
			name.includes("+"),
		);
	};
	const half = (x: Tensor) => k.slice(k.concat(x, x), { size: 8 });

	test("a chain goes into one kernel, whose result has another shape", () => {
		const reshaped = (x: Tensor) => k.reshape(x, { shape: [4, 4] });
		const chain = (x: Tensor, z: Tensor) =>
			k.relu(reshaped(k.add(k.add(half(x), z), z)));
		expect(fused(chain)).toEqual([
			"window-vec4+accumulate-vec4+accumulate-vec4+activation-vec4",
		]);
	});

	describe("what is needed in memory stays there:", () => {
		test("a value that is a result", () => {
			const f = (x: Tensor) => {
				const before = half(x);
				return [before, k.relu(before)];
			};
			expect(fused(f)).toEqual([]);
		});
		test("a value that two ops take, or one twice", () => {
			const two = (x: Tensor) => {
				const y = half(x);
				return [k.relu(y), k.sigmoid(y)];
			};
			expect(fused(two)).toEqual([]);
			const twice = (x: Tensor) => {
				const y = half(x);
				return k.add(y, y);
			};
			expect(fused(twice)).toEqual([]);
		});
		test("an argument", () => {
			expect(fused((x) => k.relu(x))).toEqual([]);
		});
		test("a value of half precision, which memory rounds", ({ skip }) => {
			if (!device().gpu.features.has("shader-f16")) skip("no shader-f16");
			const on = { device: device(), dtype: "f16" } as const;
			const x = tensor(new Float32Array(16), [2, 8], on);
			const f = ([x]: readonly Tensor[]) => k.sigmoid(half(x));
			expect(kernelsOf(device(), f, [x]).join()).not.toContain("+");
		});
		test("what its kernel loads again", async () => {
			const twice = reflectKernel(
				`struct Params { n: u32 }
				@group(0) @binding(0) var<uniform> params: Params;
				@group(0) @binding(1) var<storage, read> x: array<f32>;
				@group(0) @binding(2) var<storage, read_write> y: array<f32>;
				@compute @workgroup_size(64)
				fn main(@builtin(global_invocation_id) id: vec3u) {
					y[id.x] = x[id.x];
					y[id.x] += x[id.x];
				}`,
				"twice.wgsl",
			);
			const op = defineOp({
				...k.slice.spec,
				launch: () => [
					single({ kernel: twice, params: { n: 16 }, grid: [1, 1, 1] }),
				],
			}) as typeof k.slice;
			expect(fused((x) => k.relu(op(x)))).toEqual([]);
		});
		test("products, which an adapter could contract with a sum", () => {
			expect(fused((x, z) => k.add(k.mul(x, z), z))).toEqual([]);
		});
		test("a gradient that belongs to a joined update", async () => {
			const zeros = () => tensor(new Float32Array(16), [2, 8], on);
			const on = { device: device() };
			const weights = pack([zeros(), zeros()]);
			const velocities = pack([zeros(), zeros()]);
			const f = (x: Tensor) => {
				const grads = [half(x), half(x)];
				weights.forEach((w, i) => {
					k.sgdUpdate(w, velocities[i], grads[i], { learningRate: 1 });
				});
				return k.relu(grads[1]);
			};
			const x = noise(device(), 2, 8);
			const captured = capture(f);
			const y = await captured(x).data();
			const given = await x.data();
			expect(y).toEqual(given.map((d) => Math.max(d, 0)));
			for (const w of weights) {
				expect(await w.data()).toEqual(given.map((d) => 0 - d));
			}
			expect(kernelsOf(device(), ([x]) => f(x), [x])).toHaveLength(6);
			captured.free();
		});
	});

	describe("an op goes to where its other input is known:", () => {
		test("computed after the value it is taken to", async () => {
			const f = ([x, z]: Inputs) => {
				const early = half(x as Tensor);
				return k.add(early, k.mul(z as Tensor, z as Tensor));
			};
			const inputs = [noise(device(), 2, 8), noise(device(), 2, 8)];
			const { plain, replayed, kernels } = await compared(device(), f, inputs);
			expect(replayed).toEqual(plain);
			expect(kernels.join()).not.toContain("+");
		});
		test("computed by the later of two that could take it", () => {
			const f = (x: Tensor, z: Tensor) => k.add(half(x), half(z));
			expect(fused(f)).toEqual(["window-vec4+accumulate-vec4"]);
		});
		test("updated in between", async () => {
			const run = async (captured: boolean) => {
				const w = noise(device(), 2, 8);
				const f = (x: Tensor) => {
					const early = half(x);
					k.sgdUpdate(w, k.scale(w, { by: 0 }), x, { learningRate: 1 });
					return k.add(early, w);
				};
				const g = capture(f);
				return await (captured ? g : f)(noise(device(), 2, 8)).data();
			};
			expect(await run(true)).toEqual(await run(false));
		});
	});

	test("no more arrays are bound than the adapter can, nor numbers that are not finite", async () => {
		const { maxStorageBuffersPerShaderStage: most } = device().gpu.limits;
		const inputs = Array.from({ length: most + 1 }, () =>
			noise(device(), 2, 8),
		);
		const f = ([x, ...others]: Inputs) =>
			others.reduce((y: Tensor, t) => k.add(y, t as Tensor), half(x as Tensor));
		const { plain, replayed, kernels } = await compared(device(), f, inputs);
		expect(replayed).toEqual(plain);
		expect(kernels.filter((name) => name.includes("+"))).toHaveLength(2);
		releaseAll(inputs);
		const limits = { min: 0, max: Number.POSITIVE_INFINITY };
		expect(fused((x) => k.clamp(half(x), limits))).toEqual([]);
		expect(fused((x) => k.clamp(half(x), { min: 0, max: 1 }))).toHaveLength(1);
	});

	test("numbers that change from replay to replay stay parameters", () => {
		// No op with live numbers is one that can go elsewhere, so one is made.
		let by = 2;
		const spec = {
			...k.scale.spec,
			epilogueOf: ["x"] as const,
			live: ["by"] as const,
		};
		const op = defineOp(spec as never) as typeof k.scale;
		const f = (x: Tensor) => op(half(x), { by: live(() => by) });
		expect(fused(f)).toEqual([]);
		expect(fused((x) => op(half(x), { by }))).toHaveLength(1);
		by = 3;
	});
});
