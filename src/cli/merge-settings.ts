import { defined } from "../data/defined.ts";
import { UsageError } from "../data/errors.ts";
import { IGNORE } from "../data/segmentation-set.ts";
import { readSettings } from "./settings.ts";
import type { TrainSettings } from "./settings-schema.ts";
import { SPLIT_OPTIONS } from "./split-options.ts";
import type { TrainValues } from "./train-plan.ts";

/** What no option says. */
export type OwnSettings = Pick<TrainSettings, "model" | "optimizer" | "phases">;

/**
 * The options, and for those not given what the file of settings says.
 * Throws UsageError naming the field that is wrong.
 */
export function mergeSettings<T extends Partial<TrainValues>>(
	values: T,
): { values: T; own: OwnSettings } {
	const settings = readSettings(values.config, values.set);
	const { model, optimizer, phases } = settings;
	checkEpochs(settings);
	const own = {
		...(model && { model }),
		...(optimizer && { optimizer }),
		...(phases && { phases }),
	};
	const given = defined(values);
	const divided = Object.keys(SPLIT_OPTIONS).some((name) => name in given);
	const merged = {
		...values,
		...optionsOf(settings),
		...(divided ? {} : splitOptions(settings.split)),
		...given,
		"allow-orphans": values["allow-orphans"] || !!settings.allowOrphans,
	};
	return { values: merged, own };
}

/** Settings by the names of the options that say the same. */
function optionsOf(settings: TrainSettings): Partial<TrainValues> {
	const { preset, data, images, masks, layout, pair, map, offset } = settings;
	const { size, ignore, model, classNames, classWeights, augment } = settings;
	const { batch, accumulate, precision, schedule, sampling } = settings;
	const { average, monitor, patience, keep, seed, runtime, device } = settings;
	const channels = model?.inChannels && (`${model.inChannels}` as "1" | "3");
	const outside = augment && "outside" in augment ? augment.outside : undefined;
	return defined({
		...{ preset, data, images, masks, layout, pair, map, offset, ignore },
		...{ size, channels, classes: classNames ?? model?.classes },
		...{ batch, accumulate, precision, schedule, sampling, augment },
		...{ average, monitor, patience, keep, seed, runtime, device },
		epochs: settings.phases ? undefined : settings.epochs,
		lr: settings.learningRate,
		"class-weights": classWeights,
		"encoder-weights": settings.encoderWeights,
		outside:
			outside === undefined
				? undefined
				: outside === IGNORE
					? "ignore"
					: "background",
	});
}

function splitOptions(split: TrainSettings["split"]): Partial<TrainValues> {
	const { from, ...parts } = split ?? {};
	return defined({ ...parts, split: from });
}

function checkEpochs({ phases, epochs }: TrainSettings): void {
	if (!phases || epochs === undefined) return;
	const sum = phases.reduce((n, phase) => n + phase.epochs, 0);
	if (sum !== epochs) {
		throw new UsageError(
			`epochs is ${epochs}, but those of the phases are ${sum} together; leave epochs out`,
		);
	}
}
