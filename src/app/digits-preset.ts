/**
 * What `--data digits` takes where an option is not given. The network is
 * chosen to learn fastest per second on two cores: on these images the hard part is to tell
 * the digits apart, not to find their pixels, so the coarse levels are wide, the full
 * resolution is cheap, and the way from the coarse features to the logits is short and
 * nearly linear (1x1 decoder, no activation before the head).
 */
export const digitsPreset = {
	/** Images built for training and validation; the seed is `--seed`. */
	train: 1500,
	val: 250,
	epochs: 2,
	batch: 2,
	learningRate: 5e-3,
	schedule: "one-cycle",
	/** 0 to 9, then the background: 95 % of the pixels, which would otherwise drown the digits. */
	classWeights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.3],
	model: {
		encoder: [8, 16, 32, 64],
		encoderConvs: [1, 1, 2, 2],
		decoder: [16, 24, 32],
		decoderConvs: [1, 1, 1],
		decoderKernel: 1,
		up: "nearest",
		lastActivation: false,
		momentum: 0.9,
	},
} as const;
