import {
	conv2d,
	mean,
	mul,
	setDefaultDevice,
	tensor,
	valueAndGrad,
} from "wgrad";
import { train, unet } from "wgrad/unet";

/** Mean square of twice [1, 2, 3, 4], which is 30, and its gradient by the 2, also 30. */
export async function gradient(device) {
	setDefaultDevice(device);
	const x = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
	const loss = (w) => {
		const y = conv2d(x, w);
		return mean(mul(y, y));
	};
	const { value, grads } = valueAndGrad(loss)(tensor([2], [1, 1, 1, 1]));
	return [await value.item(), await grads.item()];
}

/** First and last loss of a net that learns where an image is bright. */
export async function losses(device) {
	setDefaultDevice(device);
	const x = Float32Array.from({ length: 64 }, (_, i) => ((i * 7) % 10) / 10);
	const labels = Uint8Array.from(x, (v) => (v > 0.5 ? 1 : 0));
	const model = unet({ inChannels: 1, classes: 2, base: 4, depth: 1 });
	const seen = [];
	await train(model, {
		epochs: 1,
		stepsPerEpoch: 20,
		learningRate: 0.03,
		nextBatch: () => ({ x, labels, shape: [1, 8, 8, 1] }),
		onStep: ({ loss }) => void seen.push(loss),
	});
	return [seen[0], seen.at(-1)];
}
