import { type Encoder, encoder } from "./encoder.ts";
import type { LayerSet } from "./network.ts";

/** Repetitions, channels and first stride of the inverted residual blocks after the first (the paper's table 2). */
const STAGES = [
	[2, 24, 2],
	[3, 32, 2],
	[4, 64, 2],
	[3, 96, 1],
	[3, 160, 2],
	[1, 320, 1],
];

/**
 * MobileNetV2 of width 1 without its top (Sandler et al. 2018,
 * arXiv:1801.04381), as Keras has it: 2,257,984 values. Results are the
 * expansions `block_1`, `block_3`, `block_6` and `block_13` after their ReLU6,
 * and `out_relu`, of 96, 144, 192, 576 and 1280 channels.
 */
export const mobilenetV2: Encoder = /* @__PURE__ */ encoder({
	name: "mobilenet-v2",
	// From -1 to 1.
	input: { mean: [0.5, 0.5, 0.5], variance: [0.25, 0.25, 0.25] },
	epsilon: 1e-3,
	layers<T>(l: LayerSet<T>, image: T): T[] {
		const stem = {
			channels: 32,
			kernel: 3,
			stride: 2,
			padding: "same",
		} as const;
		let y = l.relu6(l.norm("bn_Conv1", l.conv("Conv1", image, stem)));
		y = contract(l, "expanded_conv", y, 16, 1);
		const results: T[] = [];
		let channels = 16;
		let block = 0;
		for (const [count, to, first] of STAGES) {
			for (let i = 0; i < count; i++) {
				const name = `block_${++block}`;
				const stride = i === 0 ? first : 1;
				const wide = { channels: 6 * channels, kernel: 1 };
				const expand = l.conv(`${name}_expand`, y, wide);
				const expanded = l.relu6(l.norm(`${name}_expand_BN`, expand));
				if (stride === 2) results.push(expanded);
				const contracted = contract(l, name, expanded, to, stride);
				y = i === 0 ? contracted : l.add(y, contracted);
				channels = to;
			}
		}
		const last = l.conv("Conv_1", y, { channels: 1280, kernel: 1 });
		results.push(l.relu6(l.norm("Conv_1_bn", last)));
		return results;
	},
});

/** The second half of a block: depthwise convolution, then fewer channels without activation. */
function contract<T>(
	l: LayerSet<T>,
	name: string,
	x: T,
	channels: number,
	stride: number,
): T {
	const depthwise = l.depthwise(`${name}_depthwise`, x, stride);
	const y = l.relu6(l.norm(`${name}_depthwise_BN`, depthwise));
	const projected = l.conv(`${name}_project`, y, { channels, kernel: 1 });
	return l.norm(`${name}_project_BN`, projected);
}
