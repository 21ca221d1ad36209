import { expect, test } from "vitest";
import { fromHalf, toHalf } from "../src/engine/half.ts";
import { uniformNumbers } from "./rows.ts";

/** Distance from a value to a float16, where infinity counts as 65536, the next step after the largest. */
const distance = (value: number, half: number) =>
	Math.abs(value - Math.min(fromHalf(half), 65536));

test("rounding goes to the nearest float16, to the even one from the middle", () => {
	const random = uniformNumbers(7);
	for (let i = 0; i < 20_000; i++) {
		// From far below the smallest float16 to above the largest, every third in the middle of two.
		const drawn = Math.fround(2 ** (48 * random() - 30));
		const below = toHalf(drawn);
		const middle = (fromHalf(below) + fromHalf(below + 1)) / 2;
		const value = i % 3 || below >= 0x7bff ? drawn : middle;
		const half = toHalf(value);
		expect(toHalf(-value), `${-value}`).toBe(half | 0x8000);
		expect(half, `${value}`).toBeLessThanOrEqual(0x7c00);
		for (const other of [half - 1, half + 1]) {
			if (other < 0 || other > 0x7c00) continue;
			const [own, its] = [distance(value, half), distance(value, other)];
			expect(own <= its && (own < its || half % 2 === 0), `${value}`).toBe(
				true,
			);
		}
	}
});
