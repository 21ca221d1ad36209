// Finds the classes of pictures with a trained network.
import { backgroundOf } from "../../data/class-names.ts";
import { type Decision, decide } from "../../data/decide.ts";
import { withChannels } from "../../data/image.ts";
import { resizeImage, resizeScores } from "../../data/resize.ts";
import { cpuDevice, type Device, webgpuDevice } from "../../index.ts";
import { encoders } from "../../unet/encoders/index.ts";
import { loadModel, predict, toOnnx } from "../../unet/index.ts";
import { CONFIG_KEY, type TrainConfig } from "../job.ts";
import { perBatch } from "../per-batch.ts";
import { rgbOf } from "./paint.ts";

/** What the page asks for. */
export type UseRequest =
	| {
			readonly type: "open";
			readonly checkpoint: Uint8Array;
			readonly device: "webgpu" | "cpu";
	  }
	| {
			readonly type: "segment";
			readonly id: number;
			readonly picture: ImageData;
	  }
	| {
			readonly type: "onnx";
			readonly id: number;
			readonly checkpoint: Uint8Array;
	  };

/** What the network makes of a picture, at its own size. */
export interface Segmented extends Decision {
	readonly picture: ImageData;
}

/** What the page is told. */
export type UseNews =
	| ({ readonly type: "segmented"; readonly id: number } & Segmented)
	| {
			readonly type: "onnx";
			readonly id: number;
			readonly file: Uint8Array<ArrayBuffer>;
	  }
	| { readonly type: "failed"; readonly id?: number; readonly message: string };

const tell = (news: UseNews) => self.postMessage(news);

let opened: Promise<(picture: ImageData) => Promise<Decision>> | undefined;

self.onmessage = async ({ data }: MessageEvent<UseRequest>) => {
	try {
		if (data.type === "open") {
			opened = open(data.checkpoint, data.device);
			await opened;
		} else if (data.type === "onnx") {
			const file = await onnxOf(data.checkpoint);
			tell({ type: "onnx", id: data.id, file });
		} else if (opened) {
			const { id, picture } = data;
			const decision = await (await opened)(picture);
			tell({ type: "segmented", id, picture, ...decision });
		}
	} catch (error) {
		const id = data.type === "open" ? {} : { id: data.id };
		tell({ type: "failed", ...id, message: (error as Error).message });
	}
};

async function open(checkpoint: Uint8Array, kind: "webgpu" | "cpu") {
	const device: Device = kind === "cpu" ? cpuDevice() : await webgpuDevice();
	const { model, metadata } = loadModel(checkpoint, "checkpoint", {
		device,
		encoders,
	});
	const config: TrainConfig = JSON.parse(metadata[CONFIG_KEY]);
	const { size, scale, classNames } = config;
	const tile = { height: size[0], width: size[1] };
	const channels = model.config.inChannels === 1 ? 1 : 3;
	const background = backgroundOf(classNames);
	const scoresOf = perBatch(device, (x) => predict(model, x));
	return async (picture: ImageData): Promise<Decision> => {
		const own = { height: picture.height, width: picture.width };
		const image = withChannels(resizeImage(rgbOf(picture), tile), channels);
		const scores = await scoresOf.run({
			x: Float32Array.from(image.data, (value) => value * scale),
			shape: [1, tile.height, tile.width, channels],
		});
		const classes = classNames.length;
		// Scores are resized, never classes.
		return decide(
			resizeScores(scores, tile, classes, own),
			classes,
			background,
		);
	};
}

/** The network at the size that it trained at. */
function onnxOf(checkpoint: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
	const device = cpuDevice();
	const options = { device, encoders };
	const { model, metadata } = loadModel(checkpoint, "checkpoint", options);
	const config = metadata[CONFIG_KEY];
	const [height, width] = (JSON.parse(config) as TrainConfig).size;
	return toOnnx(model, { height, width, metadata: { [CONFIG_KEY]: config } });
}
