import { stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { CONFIG_KEY } from "../app/job.ts";
import { DataError } from "../data/errors.ts";
import { readBytes } from "../data/files.ts";
import { cpuDevice } from "../index.ts";
import { encoders } from "../unet/encoders/index.ts";
import { CheckpointError, loadModel, type UnetConfig } from "../unet/index.ts";

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The part of a `TrainConfig` that using a checkpoint needs; the file may come from anywhere. */
const preprocessing = v.object({
	size: v.tuple([positive, positive]),
	scale: v.exactOptional(v.number()),
	classNames: v.array(v.string()),
	map: v.exactOptional(v.record(v.string(), v.number())),
	offset: v.exactOptional(v.number()),
	ignore: v.array(v.number()),
});

/** A checkpoint that has been checked as a whole. */
export interface Checkpoint {
	readonly path: string;
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly model: UnetConfig;
	readonly preprocessing: v.InferOutput<typeof preprocessing>;
}

/**
 * Reads a checkpoint file, or the best one of a run folder, and checks it
 * before any browser starts. Throws DataError naming the file.
 */
export async function readCheckpoint(place: string): Promise<Checkpoint> {
	const found = await stat(place).catch(() => undefined);
	const path = found?.isDirectory()
		? join(place, "checkpoints", "best.safetensors")
		: place;
	// A copy of its own: Node's small buffers share one.
	const bytes = Uint8Array.from(await readBytes(path));
	try {
		const { model, metadata } = loadModel(bytes, path, {
			device: cpuDevice(),
			encoders,
		});
		const config = parseConfig(metadata[CONFIG_KEY]);
		if (!config || config.classNames.length !== model.config.classes) {
			throw new DataError(
				"does not say how images are prepared; give a checkpoint that wgrad train wrote",
				path,
			);
		}
		return { path, bytes, model: model.config, preprocessing: config };
	} catch (error) {
		if (error instanceof CheckpointError) throw new DataError(error.message);
		throw error;
	}
}

function parseConfig(
	json: string | undefined,
): Checkpoint["preprocessing"] | undefined {
	try {
		const result = v.safeParse(preprocessing, JSON.parse(json ?? ""));
		return result.success ? result.output : undefined;
	} catch {
		return undefined;
	}
}
