import { expect, test } from "vitest";
import {
	createRandom,
	restoreRandom,
	shuffled,
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
