import { type Device, defaultDevice, tensor } from "../engine/index.ts";
import {
	architecture,
	checkTensors,
	MOMENTS,
	type Progress,
	SCALING,
	storedProgress,
	TRAINED,
	toFile,
	toMemory,
} from "./checkpoint-layout.ts";
import type { Encoders, UnetOptions } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { type Model, modelOf, type NamedTensors } from "./model.ts";
import { parameterSpecs } from "./parameters.ts";
import {
	decodeSafetensors,
	encodeSafetensors,
	type StoredTensor,
} from "./safetensors.ts";
import { storedValues } from "./stored-values.ts";
import type { TrainingState } from "./train.ts";

/** What `loadModel` finds in a checkpoint. */
export interface LoadedModel {
	/** The net, with the checkpoint's weights. */
	readonly model: Model;
	/** For `train`'s `resume`; absent from a checkpoint written without it. */
	readonly training?: TrainingState;
	/** The strings given to `encodeCheckpoint`, such as class names and preprocessing. */
	readonly metadata: Readonly<Record<string, string>>;
}

/** Metadata that is ours; all else belongs to the caller. */
const RESERVED = ["format", "unet", "training"];

/**
 * A model as safetensors bytes, with PyTorch's names and layouts (convolutions
 * OIHW, transposed ones IOHW) and, if given, the state of its training.
 * `metadata` is kept as it is: class names, preprocessing and the like.
 * @throws NumericError when a value is NaN or infinite: such a model is not worth keeping.
 */
export async function encodeCheckpoint(
	model: Model,
	options: {
		readonly training?: TrainingState | undefined;
		readonly metadata?: Readonly<Record<string, string>>;
	} = {},
): Promise<Uint8Array<ArrayBuffer>> {
	const { training, metadata = {} } = options;
	const taken = RESERVED.find((key) => key in metadata);
	if (taken) {
		throw new ConfigError(
			`encodeCheckpoint: metadata may not be called ${taken}; that name is taken`,
		);
	}
	const strings = new Map([
		["format", "pt"],
		["unet", JSON.stringify(model.config)],
		...Object.entries(metadata),
	]);
	const sources = Object.entries({ ...model.params, ...model.state });
	if (training) {
		const { optimizer, weights, scaling, ...progress } = training;
		if (scaling) sources.push([SCALING, scaling]);
		const json: Progress = {
			...progress,
			averaged: weights !== undefined,
			optimizer: optimizer.name,
			optimizerStep: optimizer.step,
			optimizerSlots: Object.keys(optimizer.slots),
		};
		strings.set("training", JSON.stringify(json));
		for (const [name, t] of Object.entries(weights ?? {})) {
			sources.push([`${TRAINED}${name}`, t]);
		}
		for (const [slot, tensors] of Object.entries(optimizer.slots)) {
			for (const [name, t] of Object.entries(tensors)) {
				sources.push([`optimizer.${slot}.${name}`, t]);
			}
		}
	}
	// Every read is started before the first is awaited: the values are of one moment.
	const values = await Promise.all(
		sources.map(([name, t]) => storedValues(name, t)),
	);
	const tensors = new Map<string, StoredTensor>();
	sources.forEach(([name, { shape }], i) => {
		if (!(name in model.state)) {
			tensors.set(name, toFile(shape, values[i]));
			return;
		}
		MOMENTS.forEach((part, half) => {
			const data = values[i].subarray(half * shape[1], (half + 1) * shape[1]);
			tensors.set(`${name}.${part}`, { shape: [shape[1]], data });
		});
	});
	return encodeSafetensors({ metadata: strings, tensors });
}

/**
 * Builds the model of a checkpoint after checking every tensor by name and
 * shape. `config` demands an architecture; without it the checkpoint's own is
 * taken; its backbone is looked up in `encoders`. `name` is the file, for messages.
 * @throws CheckpointError when the bytes are damaged or of another architecture, naming the first difference.
 */
export function loadModel(
	bytes: Uint8Array,
	name = "checkpoint",
	options: {
		readonly device?: Device;
		readonly config?: UnetOptions | undefined;
		readonly encoders?: Encoders;
	} = {},
): LoadedModel {
	const stored = decodeSafetensors(bytes, name);
	const { config, encoders = {} } = options;
	const found = architecture(stored, config, encoders, name);
	const progress = storedProgress(stored, name);
	checkTensors(stored, found, progress, name);

	const device = options.device ?? defaultDevice();
	const values = (key: string) =>
		toMemory(stored.tensors.get(key) as StoredTensor);
	const model = modelOf(found, device, {
		param: (spec) => values(spec.name),
		moments: (key, channels) => {
			const both = new Float32Array(2 * channels);
			MOMENTS.forEach((part, half) => {
				both.set(values(`${key}.${part}`), half * channels);
			});
			return both;
		},
	});
	const metadata = Object.fromEntries(
		[...stored.metadata].filter(([key]) => !RESERVED.includes(key)),
	);
	if (!progress) return { model, metadata };
	const { optimizer, optimizerStep: step, optimizerSlots, ...rest } = progress;
	const { averaged, ...standing } = rest;
	const likeParams = (prefix: string): NamedTensors =>
		Object.fromEntries(
			parameterSpecs(found).map(({ name: key, shape }) => [
				key,
				tensor(values(prefix + key), shape, { device }),
			]),
		);
	const slots = Object.fromEntries(
		optimizerSlots.map((slot) => [slot, likeParams(`optimizer.${slot}.`)]),
	);
	const training: TrainingState = {
		...standing,
		...(averaged && { weights: likeParams(TRAINED) }),
		optimizer: { name: optimizer, step, slots },
	};
	if (stored.tensors.has(SCALING)) {
		training.scaling = tensor(values(SCALING), [2], { device });
	}
	return { model, training, metadata };
}
