import { describe, expect, test } from "vitest";
import { cpuDevice, type Device } from "../src/engine/index.ts";
import { describeOnDevices } from "./gpu.ts";
import {
	checkCase,
	describeCase,
	type OracleCase,
	readFamilies,
} from "./oracle/cases.ts";

/** The generators' twelve digits and float64; Keras ran in float32 on exact numbers. */
const CPU_TOLERANCE = 1e-10;

/** Float32 with sums over a few hundred products. */
const GPU_TOLERANCE = 1e-5;

const families = readFamilies("test/oracle/torch");

describe("CPU device agrees with PyTorch", () => {
	const device = cpuDevice();
	for (const { family, cases } of families) {
		test(`${family}: ${cases.length} cases`, async () => {
			expect(await problemsOf(cases, device, CPU_TOLERANCE)).toEqual([]);
		});
	}
});

await describeOnDevices((device) => {
	for (const { family, cases } of families) {
		test(`${family} agrees with PyTorch: ${cases.length} cases`, async () => {
			expect(await problemsOf(cases, device(), GPU_TOLERANCE)).toEqual([]);
		});
	}
});

test("a number that differs in its tenth digit is noticed", async () => {
	const { cases } = families[0];
	const c = cases[cases.length - 1];
	const [name, g] = Object.entries(c.grads ?? {})[0];
	const largest = Math.max(...g.map((v) => Math.abs(Number(v))));
	const moved = [Number(g[0]) + 2e-10 * largest, ...g.slice(1)];
	const wrong = { ...c, grads: { ...c.grads, [name]: moved } };
	expect(await problemsOf([c], cpuDevice(), CPU_TOLERANCE)).toEqual([]);
	expect(await problemsOf([wrong], cpuDevice(), CPU_TOLERANCE)).toEqual([
		expect.stringContaining(`gradient of ${name} [0] is ${g[0]}, not`),
	]);
});

async function problemsOf(
	cases: readonly OracleCase[],
	device: Device,
	tolerance: number,
): Promise<string[]> {
	const problems: string[] = [];
	for (const c of cases) {
		try {
			for (const problem of await checkCase(c, device, tolerance)) {
				problems.push(`${describeCase(c)}: ${problem}`);
			}
		} catch (error) {
			problems.push(`${describeCase(c)}: ${error}`);
		}
	}
	return problems;
}
