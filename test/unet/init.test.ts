import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/engine/index.ts";
import {
	glorotNormal,
	glorotUniform,
	heNormal,
	heUniform,
	lecunNormal,
	randomNormal,
	randomUniform,
	truncatedNormal,
} from "../../src/unet/init.ts";
import { randomBits } from "../../src/unet/random-numbers.ts";

function statistics(values: Float32Array) {
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	const variance =
		values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
	const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
	return { mean, deviation: Math.sqrt(variance), largest };
}

/** The four-dimensional shape below has 9 * 32 inputs, 9 * 64 outputs and 18,432 values. */
const SHAPE = [3, 3, 32, 64];
const [IN, OUT] = [9 * 32, 9 * 64];

/** Five standard errors of a mean and of a deviation (of a normal, the largest of those used) of that many values. */
const MEAN_ERROR = 5 / Math.sqrt(18432);
const DEVIATION_ERROR = 5 / Math.sqrt(2 * 18432);

test("the generator is MurmurHash3 of stream and index", () => {
	// From an implementation that gives the published 0xba6bd213 for "test" and seed 0.
	expect(randomBits(0, 0, 0)).toBe(1669671676);
	expect(randomBits(7, 3, 5)).toBe(1194202782);
});

test("models of earlier versions start from the same numbers", () => {
	const first = (values: Float32Array) => [...values.subarray(0, 2)];
	expect(first(glorotUniform([3, 3, 16, 32], 1, 0))).toEqual([
		0.09813275933265686, 0.10760721564292908,
	]);
	expect(first(heNormal([3, 3, 16, 32], 1, 0))).toEqual([
		0.0474373996257782, -0.11246608197689056,
	]);
});

const keras = { convention: "keras" } as const;
/** Bounds of a uniform distribution are sqrt(3) deviations away; of a normal one cut as Keras does 2 / .8796. */
const FLAT = Math.sqrt(3);
const CUT = 2 / 0.87962566103423978;

describe("mean, deviation and bound", () => {
	test.each([
		["glorotUniform", glorotUniform(SHAPE, 1, 0), 2 / (IN + OUT), FLAT],
		["heUniform", heUniform(SHAPE, 1, 0), 2 / IN, FLAT],
		["glorotNormal", glorotNormal(SHAPE, 1, 0), 2 / (IN + OUT)],
		["heNormal", heNormal(SHAPE, 1, 0), 2 / IN],
		["lecunNormal", lecunNormal(SHAPE, 1, 0), 1 / IN],
		[
			"glorotNormal, Keras",
			glorotNormal(SHAPE, 1, 0, keras),
			2 / (IN + OUT),
			CUT,
		],
		["heNormal, Keras", heNormal(SHAPE, 1, 0, keras), 2 / IN, CUT],
		["lecunNormal, Keras", lecunNormal(SHAPE, 1, 0, keras), 1 / IN, CUT],
		["randomUniform", randomUniform(SHAPE, 1, 0), 0.05 ** 2 / 3, FLAT],
		["randomNormal", randomNormal(SHAPE, 1, 0), 0.05 ** 2],
		[
			"truncatedNormal",
			truncatedNormal(SHAPE, 1, 0),
			(0.05 * 0.87962566103423978) ** 2,
			CUT,
		],
	])("%s", (_, values, variance, bound?: number) => {
		expect(values).toHaveLength(18432);
		const expected = Math.sqrt(variance);
		const { mean, deviation, largest } = statistics(values);
		expect(Math.abs(mean)).toBeLessThan(MEAN_ERROR * expected);
		expect(Math.abs(deviation / expected - 1)).toBeLessThan(DEVIATION_ERROR);
		const reach = largest / expected;
		if (bound) {
			expect(reach).toBeLessThanOrEqual(bound * (1 + 1e-6));
			expect(reach).toBeGreaterThan(bound * 0.999);
		} else {
			expect(reach).toBeGreaterThan(3.5);
		}
	});

	test("as many values of a normal beyond two deviations as it has", () => {
		const values = randomNormal(SHAPE, 1, 0, { deviation: 1 });
		const tail = values.filter((v) => Math.abs(v) > 2).length / values.length;
		const error = Math.sqrt((0.0455 * 0.9545) / values.length);
		expect(Math.abs(tail - 0.0455)).toBeLessThan(5 * error);
	});

	test("range, mean and deviation that are given", () => {
		const flat = statistics(
			randomUniform([100, 100], 2, 1, { low: 1, high: 3 }),
		);
		expect(Math.abs(flat.mean - 2)).toBeLessThan(0.03);
		expect(flat.deviation).toBeCloseTo(1 / Math.sqrt(3), 1);
		for (const draw of [randomNormal, truncatedNormal]) {
			const options = { mean: -4, deviation: 0.5 };
			const { mean, deviation } = statistics(draw([1e4], 2, 1, options));
			expect(Math.abs(mean + 4)).toBeLessThan(0.025);
			expect(deviation).toBeGreaterThan(0.5 * 0.85);
		}
	});
});

describe("counts of inputs and outputs", () => {
	/** What a shape is counted as: the deviation of heUniform's and glorotUniform's first value says it. */
	const counted = (shape: number[], options = {}) => {
		const unit = randomUniform([1], 3, 0, { low: -1, high: 1 })[0];
		const limit = heUniform(shape, 3, 0, options)[0] / unit;
		const both = glorotUniform(shape, 3, 0, options)[0] / unit;
		const fanIn = Math.round(6 / limit ** 2);
		return [fanIn, Math.round(6 / both ** 2) - fanIn];
	};

	test.each<[string, number[], object, number[]]>([
		["a dense weight", [5, 7], {}, [5, 7]],
		["a convolution over one dimension", [3, 5, 7], {}, [15, 21]],
		["a convolution", [3, 2, 5, 7], {}, [30, 42]],
		["a convolution in 5 groups of 2", [3, 3, 2, 20], {}, [18, 180]],
		["a transposed one, as both libraries", [2, 2, 5, 7], {}, [20, 28]],
		["a transposed one", [2, 2, 5, 7], { transposed: true }, [28, 20]],
		["a vector, as Keras", [9], keras, [9, 9]],
		["a scalar, as Keras", [], keras, [1, 1]],
	])("%s", (_, shape, options, expected) => {
		expect(counted(shape, options)).toEqual(expected);
	});

	test.each([glorotNormal, glorotUniform, heNormal, heUniform, lecunNormal])(
		"$name rejects what has none",
		(init) => {
			expect(() => init([9], 1, 0)).toThrow(ShapeError);
			expect(() => init([9], 1, 0)).toThrow(
				`${init.name}: a weight [9] has no inputs and outputs to count`,
			);
			expect(() => init([5, 7], 1, 0, { transposed: true })).toThrow(
				`${init.name}: a transposed convolution's weight is [kh, kw, out, in], not [5,7]`,
			);
			expect(() => init([3, 0], 1, 0)).toThrow("[3,0] is no shape to fill");
		},
	);
});

test.each([
	glorotNormal,
	glorotUniform,
	heNormal,
	heUniform,
	lecunNormal,
	randomNormal,
	randomUniform,
	truncatedNormal,
])(
	"$name: same seed and stream, same numbers; another seed or stream, others",
	(init) => {
		const values = init([3, 3, 4, 4], 5, 2);
		expect(init([3, 3, 4, 4], 5, 2)).toEqual(values);
		expect(init([3, 3, 4, 4], 6, 2)).not.toEqual(values);
		expect(init([3, 3, 4, 4], 5, 3)).not.toEqual(values);
		expect(new Set(values).size).toBe(values.length);
	},
);

test("impossible distributions are rejected", () => {
	expect(() => randomUniform([3], 1, 0, { low: 1, high: 0 })).toThrow(
		"randomUniform: low 1 and high 0 must be finite, and high at least low",
	);
	for (const draw of [randomNormal, truncatedNormal]) {
		expect(() => draw([3], 1, 0, { deviation: -1 })).toThrow(
			`${draw.name}: mean 0 and deviation -1 must be finite`,
		);
	}
});
