import { describe, expect, test } from "vitest";
import { cpuDevice, type Device, DeviceError } from "../src/engine/index.ts";
import { absent, gpuDevices } from "./gpu.ts";
import {
	checkCase,
	describeCase,
	type OracleCase,
	readFamilies,
} from "./oracle/cases.ts";
import { withEveryVariant } from "./oracle/every-variant.ts";

/** Float32 with sums over a few hundred products, relative to an array's largest value. */
const SINGLE = 1e-5;

/** PyTorch ran in float64 and is written down with twelve digits; Keras's layers ran in float32. */
const CPU_TOLERANCE = { torch: 1e-10, keras: SINGLE };

const families = (["torch", "keras"] as const).flatMap((source) =>
	readFamilies(`test/oracle/${source}`).map(({ family, cases }) => ({
		source,
		name: `${source}/${family}: ${cases.length} cases`,
		cases,
	})),
);

describe("CPU device agrees", () => {
	test.each(families)("$name", async ({ source, cases }) => {
		const tolerance = CPU_TOLERANCE[source];
		expect(await problemsOf(cases, cpuDevice(), tolerance)).toEqual([]);
	});
});

// One driver: the kernel tests hold all of them to the CPU device's references.
const gpu = (await gpuDevices()).findLast(({ open }) => open);

describe(gpu?.name ?? "WebGPU", () => {
	if (!gpu?.open) return absent("WebGPU", "no driver for it was found");
	test.each(families)("$name, every variant", async ({ cases }) => {
		// A device of its own: after a faulty kernel one is of no use to others.
		const device = await gpu.open();
		const found = problemsOf(cases, device, SINGLE, (check) =>
			withEveryVariant(device, check),
		);
		expect(await found).toEqual([]);
		device.destroy();
	});
});

test("a number that differs in its tenth digit is noticed", async () => {
	const { cases } = families[0];
	const c = cases[cases.length - 1];
	const [name, g] = Object.entries(c.grads ?? {})[0];
	const largest = Math.max(...g.map((v) => Math.abs(Number(v))));
	const moved = [Number(g[0]) + 2e-10 * largest, ...g.slice(1)];
	const wrong = { ...c, grads: { ...c.grads, [name]: moved } };
	expect(await problemsOf([c], cpuDevice(), 1e-10)).toEqual([]);
	expect(await problemsOf([wrong], cpuDevice(), 1e-10)).toEqual([
		expect.stringContaining(`gradient of ${name} [0] is ${g[0]}, not`),
	]);
});

async function problemsOf(
	cases: readonly OracleCase[],
	device: Device,
	tolerance: number,
	run = (check: () => Promise<string[]>) => check(),
): Promise<string[]> {
	const problems: string[] = [];
	for (const c of cases) {
		try {
			for (const problem of await run(() => checkCase(c, device, tolerance))) {
				problems.push(`${describeCase(c)}: ${problem}`);
			}
		} catch (error) {
			problems.push(`${describeCase(c)}: ${error}`);
			if (error instanceof DeviceError) break; // for good
		}
	}
	return problems;
}
