import { type Encoder, encoder } from "./encoder.ts";
import type { LayerSet } from "./network.ts";

/** Dense layers of each of the four blocks. */
const BLOCKS = [6, 12, 24, 16];
/** Channels that a dense layer adds. */
const GROWTH = 32;

/**
 * DenseNet121 without its top (Huang et al. 2017, arXiv:1608.06993), as Keras
 * has it: 7,037,504 values. Results are `conv1/relu`, `pool2_relu`,
 * `pool3_relu`, `pool4_relu` and `relu`, of 64, 256, 512, 1024 and 1024 channels.
 */
export const densenet121: Encoder = /* @__PURE__ */ encoder({
	name: "densenet121",
	// ImageNet's, as Keras's preprocess_input of this network.
	input: {
		mean: [0.485, 0.456, 0.406],
		variance: [0.229 ** 2, 0.224 ** 2, 0.225 ** 2],
	},
	epsilon: 1.001e-5,
	layers<T>(l: LayerSet<T>, image: T): T[] {
		const stem = { channels: 64, kernel: 7, stride: 2, padding: 3 };
		const first = l.relu(l.norm("conv1/bn", l.conv("conv1/conv", image, stem)));
		const results = [first];
		let y = l.maxPool(first);
		let channels = 64;
		BLOCKS.forEach((layers, i) => {
			for (let j = 1; j <= layers; j++) {
				y = dense(l, `conv${i + 2}_block${j}`, y);
			}
			channels += layers * GROWTH;
			const last = i === BLOCKS.length - 1;
			const pool = `pool${i + 2}`;
			const end = l.relu(l.norm(last ? "bn" : `${pool}_bn`, y));
			results.push(end);
			if (last) return;
			channels /= 2;
			y = l.avgPool(l.conv(`${pool}_conv`, end, { channels, kernel: 1 }));
		});
		return results;
	},
});

function dense<T>(l: LayerSet<T>, name: string, x: T): T {
	let y = l.relu(l.norm(`${name}_0_bn`, x));
	y = l.conv(`${name}_1_conv`, y, { channels: 4 * GROWTH, kernel: 1 });
	y = l.relu(l.norm(`${name}_1_bn`, y));
	const window = { channels: GROWTH, kernel: 3, padding: "same" } as const;
	return l.concat(x, l.conv(`${name}_2_conv`, y, window));
}
