import { ConfigError } from "./errors.ts";
import type { TrainingState, TrainOptions } from "./train.ts";

/** @throws ConfigError naming the option that is out of range. */
export function checkOptions(options: TrainOptions): void {
	const { epochs, stepsPerEpoch, accumulate, patience, average } = options;
	const { checkpointEvery: every } = options;
	const counts = { epochs, stepsPerEpoch, accumulate, patience };
	for (const [name, value] of Object.entries(counts)) {
		if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
			throw new ConfigError(
				`train: ${name} is ${value}; it must be a whole number of at least 1`,
			);
		}
	}
	if (every !== undefined && !(every >= 0)) {
		throw new ConfigError(
			`train: checkpointEvery is ${every}; it must be seconds of at least 0`,
		);
	}
	if (average !== undefined && !(average > 0 && average < 1)) {
		throw new ConfigError(
			`train: average is ${average}; it must be a decay between 0 and 1, usually 0.99 to 0.9999`,
		);
	}
	if (patience !== undefined && !options.validBatches) {
		throw new ConfigError(
			"train: patience needs validBatches, without which no epoch is better than another",
		);
	}
}

/**
 * An average cannot be begun or left in the middle.
 * @throws ConfigError when the state to go on from says otherwise than the options.
 */
export function checkAverage(
	{ weights }: TrainingState,
	{ average }: TrainOptions,
): void {
	if ((weights === undefined) === (average === undefined)) return;
	throw new ConfigError(
		`train: the state to go on from is of a training with${weights ? "" : "out"} an average of weights; give average as it was`,
	);
}
