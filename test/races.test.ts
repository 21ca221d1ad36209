import { describe, expect, test } from "vitest";
import { detectRaces } from "wgsl_reflect/wgsl_reflect.module.js";
import { reflectKernel } from "../scripts/wgsl.ts";
import {
	type Dispatch,
	dispatch,
	type HostArray,
	sizeOf,
} from "../src/engine/index.ts";
import { cases } from "./cases.ts";
import { attrsOf, drawInputs, nameRows, type Row, shapesOf } from "./rows.ts";

/** A dispatch with what it binds, by the names the kernel uses. */
interface Run {
	readonly step: Dispatch;
	readonly row: string;
	readonly elements: number;
	bind(): Record<string, HostArray>;
}

/** Invocations are interpreted one by one: enough data to keep most of a workgroup busy, and few workgroups. */
const ELEMENTS = 400;
const MAX_GROUPS = 2;

/** Bytes behind each buffer. */
const MARGIN = 1 << 20;

describe("no two invocations of a workgroup race for a memory cell", () => {
	for (const [title, run] of middlingRuns()) {
		test(title, ({ skip }) => {
			const found = attempt(() => detect(run.step, run.bind()));
			if (found instanceof Error) {
				// It computes some indices wrongly (`/` of integer vectors is not whole) and lacks some overloads.
				const needed = run.step.kernel.code.includes("var<workgroup>");
				if (!needed) skip(`wgsl_reflect cannot run it: ${found.message}`);
				throw found;
			}
			expect(found, run.row).toEqual({ races: [], errors: [] });
		});
	}
});

describe("the check itself notices", () => {
	const reversal = (barrier: string) => `
		override TWICE: bool;
		struct Params { n: u32 }
		@group(0) @binding(0) var<uniform> params: Params;
		@group(0) @binding(1) var<storage, read> x: array<f32>;
		@group(0) @binding(2) var<storage, read_write> y: array<f32>;
		var<workgroup> tile: array<f32, 16>;
		@compute @workgroup_size(16)
		fn main(@builtin(local_invocation_index) lane: u32) {
			tile[lane] = x[lane];
			${barrier}
			y[lane] = tile[params.n - 1 - lane] * select(1.0, 2.0, TWICE);
		}`;
	const detectIn = (code: string) =>
		detect(
			dispatch({
				kernel: reflectKernel(code, "reversal.wgsl"),
				params: { n: 16 },
				constants: { TWICE: 1 },
				grid: [1, 1, 1],
			}),
			{ x: new Float32Array(16), y: new Float32Array(16) },
		);
	test("a missing barrier", () => {
		expect(detectIn(reversal("workgroupBarrier();"))).toEqual({
			races: [],
			errors: [],
		});
		expect(detectIn(reversal("")).races).not.toEqual([]);
	});
	test("two invocations writing one element", () => {
		const code = reversal("workgroupBarrier();").replace(
			"y[lane]",
			"y[lane / 2]",
		);
		expect(detectIn(code).races).not.toEqual([]);
	});
});

function detect(step: Dispatch, buffers: Record<string, HostArray>) {
	const { kernel } = step;
	const group: Record<number, ArrayBufferLike | { uniform: ArrayBufferLike }> =
		{};
	for (const { name, binding, access } of kernel.bindings) {
		if (access === "uniform") {
			group[binding] = { uniform: packed(step) };
		} else {
			const values = buffers[step.rename[name] ?? name];
			group[binding] = withMargin(values ?? new Float32Array(0));
		}
	}
	const grid = step.grid.map((n) => Math.min(n, MAX_GROUPS));
	return detectRaces(withConstants(step), "main", grid, { 0: group });
}

function attempt<T>(f: () => T): T | Error {
	try {
		return f();
	} catch (error) {
		return error as Error;
	}
}

/**
 * The interpreter evaluates both sides of `select` and `&&`, so it reads where
 * the GPU's result is dropped; unlike a GPU it throws when that is outside.
 */
function withMargin(values: HostArray): ArrayBuffer {
	const bytes = new Uint8Array(values.byteLength + MARGIN);
	bytes.set(new Uint8Array(values.buffer));
	return bytes.buffer;
}

/** The uniform buffer's bytes. */
function packed({ kernel, params }: Dispatch): ArrayBuffer {
	const view = new DataView(new ArrayBuffer(kernel.paramsSize));
	for (const { name, offset, type } of kernel.params) {
		for (const [i, v] of [params[name]].flat().entries()) {
			const at = offset + 4 * i;
			if (type === "f32") view.setFloat32(at, v as number, true);
			else if (type === "u32") view.setUint32(at, v as number, true);
			else view.setInt32(at, v as number, true);
		}
	}
	return view.buffer;
}

/** The detector takes no `override`: writes each as the constant it stands for. */
function withConstants({ kernel, constants }: Dispatch): string {
	return kernel.code.replace(
		/(?:@id\(\d+\)\s*)?override\s+(\w+)\s*:\s*(\w+)\s*(?:=\s*([^;]+))?;/g,
		(_, name, type, initial) => {
			const value = constants[name];
			const text =
				value === undefined
					? initial
					: type === "bool"
						? String(Boolean(value))
						: `${type}(${value})`;
			return `const ${name}: ${type} = ${text};`;
		},
	);
}

/** For each kernel and set of constants, the row that launches it with about as much data as is wanted. */
function middlingRuns(): Map<string, Run> {
	const runs = new Map<string, Run>();
	// Enough data and little more; else the most there is.
	const better = (a: Run, b: Run) =>
		a.elements >= ELEMENTS && b.elements >= ELEMENTS
			? a.elements < b.elements
			: a.elements > b.elements;
	for (const row of nameRows(cases.filter((c) => !c.error && !c.bench))) {
		for (const run of runsOf(row)) {
			const { kernel, constants } = run.step;
			const title = `${kernel.name} ${JSON.stringify(constants)}`;
			const best = runs.get(title);
			if (!best || better(run, best)) runs.set(title, run);
		}
	}
	return runs;
}

function runsOf(row: Row): Run[] {
	const { spec } = row.op;
	const [shapes, attrs] = [shapesOf(row), attrsOf(row)];
	const y = spec.shape(shapes, attrs);
	const capabilities = {
		software: false,
		features: new Set<string>(),
		maxInvocations: 256,
		maxWorkgroupBytes: 32768,
		maxBindingBytes: 2 ** 31 - 4,
	};
	return spec
		.launch({ shapes, y, attrs, capabilities })
		.flatMap(({ stages, scratch }) => {
			const sizes = { y: sizeOf(y), ...scratch };
			const all = [sizes, shapes].flatMap((o) => Object.values(o));
			const elements = all
				.map((v) => (typeof v === "number" ? v : v ? sizeOf(v) : 0))
				.reduce((a, b) => a + b);
			const bind = () => ({
				...inputsAsBound(row),
				...Object.fromEntries(
					Object.entries(sizes).map(([name, n]) => [name, new Float32Array(n)]),
				),
			});
			return stages.map((step) => ({ step, row: row.name, elements, bind }));
		});
}

/** Inputs as the GPU holds them: four bytes each. */
function inputsAsBound(row: Row): Record<string, HostArray> {
	return Object.fromEntries(
		Object.entries(drawInputs(row)).map(([name, values]) => [
			name,
			values instanceof Int32Array ? values : Float32Array.from(values),
		]),
	);
}
