import { digitsPreset } from "../src/app/digits-preset.ts";
import type { UnetOptions } from "../src/unet/index.ts";
import { uniformNumbers } from "../test/rows.ts";
import type { NetName } from "./report.ts";

/** A net to measure, and a batch of random images for it. */
export interface BenchNet {
	readonly options: UnetOptions;
	readonly batch: {
		readonly x: Float32Array;
		readonly labels: Uint8Array;
		readonly shape: readonly [number, number, number, number];
	};
}

const nets: Record<NetName, () => BenchNet> = {
	/** What `npm start` trains: gray images of 64x84, ten digits and background. */
	digits: () => ({
		options: { inChannels: 1, classes: 11, ...digitsPreset.model },
		batch: randomBatch([digitsPreset.batch, 64, 84, 1], 11),
	}),
	/** A plain U-Net without normalization, five levels from 8 channels on. */
	plain: () => ({
		options: {
			inChannels: 3,
			classes: 3,
			base: 8,
			depth: 4,
			norm: "none",
		},
		batch: randomBatch([4, 128, 128, 3], 3),
	}),
};

/** A net by its name. */
export function benchNet(name: NetName): BenchNet {
	return nets[name]();
}

function randomBatch(
	shape: readonly [number, number, number, number],
	classes: number,
): BenchNet["batch"] {
	const random = uniformNumbers(1);
	const [count, height, width, channels] = shape;
	const pixels = count * height * width;
	return {
		x: Float32Array.from({ length: pixels * channels }, random),
		labels: Uint8Array.from({ length: pixels }, () => random() * classes),
		shape,
	};
}
