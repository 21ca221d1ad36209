import { expect, test } from "vitest";
import { storedAs } from "../src/engine/stored.ts";

const kernel = {
	name: "text",
	code: `alias Element=f32;
@group(0)@binding(1)var<storage,read_write>y:array<f32>;
@group(0)@binding(2)var<storage,read>x:array<Element>;
@group(0)@binding(3)var<storage,read>at:array<i32>;
fn main() {
  y[i] = x[u32(at[i + 1])] + y[i];
  y[i] *= a + b;
  if (y[i] == 0) { return; }
}`,
	bindings: [],
	paramsSize: 0,
	params: [],
	constants: [],
	enables: [],
};

test("loads, stores, updates and indices inside indices are converted", () => {
	const { code, enables } = storedAs(kernel, { y: "f16", x: "f16", at: "u8" });
	const byte = "i32((at[u32(i + 1) / 4] >> (8 * (u32(i + 1) % 4))) & 255)";
	expect(code).toBe(`enable f16;
alias Element=f32;
@group(0)@binding(1)var<storage,read_write>y:array<f16>;
@group(0)@binding(2)var<storage,read>x:array<f16>;
@group(0)@binding(3)var<storage,read>at:array<u32>;
fn main() {
  y[i] = f16(Element(x[u32(${byte})]) + f32(y[i]));
  y[i] = f16(f32(y[i]) * (a + b));
  if (f32(y[i]) == 0) { return; }
}`);
	expect(enables).toEqual(["f16"]);
});
