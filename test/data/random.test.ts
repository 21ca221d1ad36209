import { expect, test } from "vitest";
import {
	createRandom,
	normal,
	randomFor,
	restoreRandom,
	shuffled,
	uniform,
} from "../../src/data/random.ts";

test("gives the numbers of the published xoshiro128**", () => {
	// Reference outputs as .NET and rand_xoshiro test them: state 1, 2, 3, 4.
	const random = restoreRandom([1, 2, 3, 4]);
	const drawn = Array.from({ length: 10 }, () => random.next());
	expect(drawn).toEqual([
		11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849,
		3729100597, 4258142804,
	]);
});

test("goes on from its state and differs between seeds", () => {
	const random = createRandom(7);
	random.next();
	const copy = restoreRandom(random.state());
	expect(copy.next()).toBe(random.next());
	expect(createRandom(7).next()).not.toBe(createRandom(8).next());
});

test("below() is even and stays below its limit", () => {
	const random = createRandom(1);
	const counts = new Array<number>(6).fill(0);
	for (let i = 0; i < 60_000; i++) counts[random.below(6)]++;
	// Five standard deviations around 10,000.
	for (const count of counts)
		expect(Math.abs(count - 10_000)).toBeLessThan(457);
});

test("shuffled() is a permutation whose places are all equally likely", () => {
	const random = createRandom(3);
	const firsts = new Array<number>(5).fill(0);
	for (let i = 0; i < 10_000; i++) {
		const order = shuffled(5, random);
		expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
		firsts[order[0]]++;
	}
	for (const count of firsts) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});

test("randomFor() depends on every number of its key and on their order", () => {
	const first = (...key: number[]) => randomFor(...key).next();
	expect(first(1, 2, 3)).toBe(first(1, 2, 3));
	const keys = [
		[1, 2, 3],
		[1, 3, 2],
		[0, 2, 3],
		[1, 2],
		[1, 2, 3, 0],
		[1, 2, 4],
	];
	expect(new Set(keys.map((key) => first(...key))).size).toBe(keys.length);
	// Neighbouring keys: each bit of the first number is even, and so is its change.
	const ones = new Array<number>(32).fill(0);
	const changes = new Array<number>(32).fill(0);
	for (let n = 0; n < 10_000; n++) {
		const [here, next] = [first(5, n % 100, n), first(5, n % 100, n + 1)];
		for (let bit = 0; bit < 32; bit++) {
			ones[bit] += (here >>> bit) & 1;
			changes[bit] += ((here ^ next) >>> bit) & 1;
		}
	}
	// Five standard deviations around 5,000.
	for (const n of [...ones, ...changes]) {
		expect(Math.abs(n - 5000)).toBeLessThan(250);
	}
});

test("uniform() fills its range, normal() has mean 0, variance 1 and the normal's tails", () => {
	const random = createRandom(2);
	const n = 40_000;
	let [low, high, sum, squares, beyond] = [9, -9, 0, 0, 0];
	for (let i = 0; i < n; i++) {
		const u = uniform(random, -3, 5);
		low = Math.min(low, u);
		high = Math.max(high, u);
		const z = normal(random);
		sum += z;
		squares += z * z;
		if (Math.abs(z) > 2) beyond++;
	}
	expect(low).toBeGreaterThanOrEqual(-3);
	expect(low).toBeLessThan(-2.99);
	expect(high).toBeLessThan(5);
	expect(high).toBeGreaterThan(4.99);
	// Five standard errors.
	expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n));
	expect(Math.abs(squares / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
	expect(Math.abs(beyond / n - 0.0455)).toBeLessThan(0.0052);
});
