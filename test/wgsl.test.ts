import { expect, test } from "vitest";
import { reflectKernel } from "../scripts/wgsl.ts";
import { fold } from "../scripts/wgsl-fold.ts";
import { compact } from "../src/engine/kernel-source.ts";
import { kernelOf } from "../src/engine/kernel-text.ts";

test.each([
	["a - -b * c", "a- -b*c"],
	["p & !q && r", "p& !q&&r"],
	["let v: array<f32, 6> = f( a , b, );", "let v:array<f32,6> =f(a,b);"],
	["return 0.50 + 10.0 / x0.y;", "return .5+10./x0.y;"],
	["x = 2.5e-3 * 0x1fu; // half", "x=2.5e-3*0x1fu;"],
	["for (var i = 0u; i <= n; i++) {\n}", "for(var i=0u;i<=n;i++){}"],
])("white space that says something stays: %s", (text, expected) => {
	expect(compact(text, false)).toBe(expected);
});

test("with lines a compiler's message can be found", () => {
	expect(compact("// why\nlet a = 1;\n\n  let b = 2;", true)).toBe(
		"let a=1;\nlet b=2;",
	);
});

test("runs are folded, and unfold to the text", () => {
	const rows = Array.from(
		{ length: 12 },
		(_, i) => `let a${i}=x[at+${2 * i + 1}*step];s0${i}+=a${i};`,
	);
	const text = `var t=0.;${rows.join("")}y[3]=s00;`;
	const folded = fold(text);
	expect(folded).toBe(
		"var t=0.;#12#let a$0=x[at+$1@2*step];s0$0+=a$0;#y[3]=s00;",
	);
	expect(kernelOf("text", folded).code).toBe(text);
});

test("numbers that shrink or begin with 0 are not lost", () => {
	const rows = (of: (i: number) => string) =>
		Array.from({ length: 20 }, (_, i) => of(i)).join("");
	for (const text of [
		rows((i) => `some_function_of(${30 - i});`),
		rows((i) => `accumulator_${String(i).padStart(2, "0")}=0;`),
		rows((i) => `some_function_of(${i * i});`),
	]) {
		expect(kernelOf("text", fold(text)).code).toBe(text);
	}
});

const declarations = `struct Params { n: u32, size: vec2u, f: f32, rest: vec3i, last: i32 }
override WIDE: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<atomic<i32>>;`;
const main = "@compute @workgroup_size(64) fn main() {}";

test("the interface is read from the text as a parser reads it", () => {
	const kernel = reflectKernel(`${declarations}\n${main}`, "own.wgsl");
	expect(kernel.bindings.map((b) => [b.name, b.binding, b.access])).toEqual([
		["params", 0, "uniform"],
		["x", 1, "read"],
		["y", 2, "read_write"],
	]);
	expect(kernel.params.map((p) => [p.name, p.offset, p.count])).toEqual([
		["n", 0, 1],
		["size", 8, 2],
		["f", 16, 1],
		["rest", 32, 3],
		["last", 44, 1],
	]);
	expect(kernel.paramsSize).toBe(48);
	expect(kernel.constants).toEqual(["WIDE"]);
});

test("an interface that the engine would read wrongly is an error of the build", () => {
	const turned = declarations
		.replace("binding(1)", "binding(3)")
		.replace("@binding(2)", "@binding(1)");
	expect(() => reflectKernel(`${turned}\n${main}`, "own.wgsl")).toThrow(
		/^own\.wgsl: a parser finds .* declare bindings in order/,
	);
});
