/** What `--data digits` takes where an option is not given. */
export const digitsPreset = {
	/** Images built for training and validation; the seed is `--seed`. */
	train: 2000,
	val: 250,
	epochs: 4,
	batch: 8,
	learningRate: 5e-3,
	schedule: "one-cycle",
	base: 8,
	depth: 3,
	convs: 2,
	momentum: 0.9,
	classWeights: "auto",
} as const;
