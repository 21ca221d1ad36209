import {
	type Architecture,
	architectureOf,
	type Encoders,
	type NamedOptions,
	namedOptions,
	type UnetConfig,
	type UnetOptions,
} from "./config.ts";
import { CheckpointError } from "./errors.ts";
import { momentSpecs, parameterSpecs } from "./parameters.ts";
import type { Stored, StoredTensor } from "./safetensors.ts";
import type { TrainingState } from "./train.ts";

/** The two halves of a [2, C] tensor of moments are two tensors in a file. */
export const MOMENTS = ["running_mean", "running_var"] as const;

/** Before the names of weights whose average is the model's. */
export const TRAINED = "training.";

/** Name of the loss scale's tensor in a file. */
export const SCALING = "loss_scaling";

/** A TrainingState without its tensors, as the metadata carries it. */
export type Progress = Omit<
	TrainingState,
	"optimizer" | "weights" | "scaling"
> & {
	/** Whether tensors `training.PARAMETER` of the file are what is trained, and the model's their average. */
	readonly averaged: boolean;
	/** Name of the optimizer, */
	readonly optimizer: string;
	readonly optimizerStep: number;
	/** and of what it keeps: tensor `optimizer.SLOT.PARAMETER` of the file. */
	readonly optimizerSlots: readonly string[];
};

/** [kh, kw, a, b] in memory is [b, a, kh, kw] in a file: HWIO -> OIHW, and HWOI -> IOHW for transposed convolutions. */
export function toFile(
	shape: readonly number[],
	data: Float32Array,
): StoredTensor {
	if (shape.length !== 4) return { shape, data };
	const [kh, kw, a, b] = shape;
	return { shape: fileShape(shape), data: reversed(data, kh * kw, a, b) };
}

/** The values of a file's tensor in the order of memory. */
export function toMemory({ shape, data }: StoredTensor): Float32Array {
	if (shape.length !== 4) return data;
	const [b, a, kh, kw] = shape;
	return reversed(data, b, a, kh * kw);
}

function fileShape(shape: readonly number[]): readonly number[] {
	if (shape.length !== 4) return shape;
	const [kh, kw, a, b] = shape;
	return [b, a, kh, kw];
}

/** [p, q, r] -> [r, q, p]. */
function reversed(
	data: Float32Array,
	p: number,
	q: number,
	r: number,
): Float32Array {
	const out = new Float32Array(data.length);
	for (let i = 0; i < p; i++) {
		for (let j = 0; j < q; j++) {
			for (let k = 0; k < r; k++) {
				out[(k * q + j) * p + i] = data[(i * q + j) * r + k];
			}
		}
	}
	return out;
}

/**
 * The architecture a checkpoint is read as: `wanted`, or else its own.
 * @throws CheckpointError naming the first field in which the two differ.
 */
export function architecture(
	stored: Stored,
	wanted: UnetOptions | undefined,
	encoders: Encoders,
	file: string,
): Architecture {
	const json = stored.metadata.get("unet");
	const asked = wanted && architectureOf(wanted);
	if (json === undefined) {
		if (asked) return asked;
		throw new CheckpointError(
			`${file}: the metadata has no field unet, so this is no checkpoint of a wgrad U-Net`,
		);
	}
	const known = asked?.encoder
		? { ...encoders, [asked.encoder.name]: asked.encoder }
		: encoders;
	const found = parsed(json, "unet", file, (value) => {
		const { backbone = "none" } = value as NamedOptions;
		if (backbone !== "none" && !Object.hasOwn(known, backbone)) {
			throw new CheckpointError(
				`${file}: its network has the backbone ${backbone}; give loadModel that encoder`,
			);
		}
		return architectureOf(namedOptions(value as NamedOptions, known));
	});
	if (!asked) return found;
	for (const [field, value] of Object.entries(asked.config)) {
		const pair = [value, found.config[field as keyof UnetConfig]];
		const [here, there] = pair.map((v) => JSON.stringify(v));
		// The momentum is a matter of training, not of architecture.
		if (field !== "momentum" && here !== there) {
			throw new CheckpointError(
				`${file}: this checkpoint has ${field} ${there}, but ${here} is asked for`,
			);
		}
	}
	return asked;
}

/** Where the training stood; undefined in a checkpoint without it. */
export function storedProgress(
	stored: Stored,
	file: string,
): Progress | undefined {
	const json = stored.metadata.get("training");
	if (json === undefined) return undefined;
	return parsed(json, "training", file, (value) => {
		const { epoch, step, lossSum, optimizerStep } = value as Progress;
		// Absent before there was a choice.
		const { optimizer = "adam", optimizerSlots = ["exp_avg", "exp_avg_sq"] } =
			value as Partial<Progress>;
		const { bestMiou = null } = value as { bestMiou?: number | null };
		const {
			best = bestMiou,
			sinceBest = 0,
			averaged = false,
		} = value as Partial<Progress>;
		const named =
			typeof optimizer === "string" &&
			Array.isArray(optimizerSlots) &&
			optimizerSlots.every((slot) => typeof slot === "string");
		const counts = [epoch, step, sinceBest, optimizerStep];
		const whole = counts.every((n) => Number.isSafeInteger(n) && n >= 0);
		const judged = best === null || Number.isFinite(best);
		if (!whole || !judged || !named || !Number.isFinite(lossSum)) {
			throw new Error();
		}
		return {
			epoch,
			step,
			lossSum,
			best,
			sinceBest,
			averaged,
			optimizer,
			optimizerStep,
			optimizerSlots,
		};
	});
}

function parsed<T>(
	json: string,
	field: string,
	file: string,
	check: (value: unknown) => T,
): T {
	let reason = "";
	try {
		const value: unknown = JSON.parse(json);
		if (typeof value === "object" && value !== null) return check(value);
	} catch (error) {
		if (error instanceof CheckpointError) throw error;
		if (error instanceof Error && !(error instanceof SyntaxError)) {
			reason = error.message && ` (${error.message})`;
		}
	}
	throw new CheckpointError(
		`${file}: the metadata's field ${field} is damaged${reason}`,
	);
}

/**
 * Compares a file's tensors with the architecture by name and shape.
 * @throws CheckpointError naming the first difference.
 */
export function checkTensors(
	stored: Stored,
	architecture: Architecture,
	progress: Progress | undefined,
	file: string,
): void {
	const wanted = new Map<string, readonly number[]>();
	const slots = progress?.optimizerSlots ?? [];
	const prefixes = [
		"",
		...slots.map((slot) => `optimizer.${slot}.`),
		...(progress?.averaged ? [TRAINED] : []),
	];
	for (const prefix of prefixes) {
		for (const { name, shape } of parameterSpecs(architecture)) {
			wanted.set(prefix + name, fileShape(shape));
		}
	}
	for (const [name, channels] of momentSpecs(architecture)) {
		for (const part of MOMENTS) wanted.set(`${name}.${part}`, [channels]);
	}
	if (stored.tensors.has(SCALING)) wanted.set(SCALING, [2]);
	for (const [name, shape] of wanted) {
		const found = stored.tensors.get(name);
		if (!found) {
			throw new CheckpointError(
				`${file}: tensor ${name} [${shape}] is missing; the checkpoint is of another architecture`,
			);
		}
		if (found.shape.join() !== shape.join()) {
			throw new CheckpointError(
				`${file}: tensor ${name} is [${found.shape}] but the architecture needs [${shape}]`,
			);
		}
	}
	for (const name of stored.tensors.keys()) {
		if (!wanted.has(name)) {
			throw new CheckpointError(
				`${file}: tensor ${name} is not part of the architecture`,
			);
		}
	}
}
