import { encoders } from "../unet/encoders/index.ts";
import { namedOptions, parameterCount } from "../unet/index.ts";
import type { TrainConfig } from "./job.ts";
import type { Report } from "./report-html.ts";
import { formatScore } from "./scores.ts";

/** The figures at the top of a report. */
export function figuresOf({
	epochs,
	images: [train, valid],
	model,
	formatSeconds,
}: {
	readonly epochs: readonly {
		readonly epoch: number;
		readonly best: boolean;
		readonly seconds: number;
		readonly miou: number | null;
		readonly pixelAccuracy: number | null;
	}[];
	/** Numbers of those that train and of those that validate. */
	readonly images: readonly [number, number];
	readonly model: TrainConfig["model"];
	readonly formatSeconds: (seconds: number) => string;
}): Report["figures"] {
	const best = epochs.findLast((epoch) => epoch.best);
	const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
	const parameters = parameterCount(namedOptions(model, encoders));
	return [
		[formatScore(best?.miou ?? null), "mIoU, best epoch"],
		[formatScore(best?.pixelAccuracy ?? null), "pixel accuracy"],
		[`${best?.epoch ?? 0} of ${epochs.length}`, "best epoch"],
		[formatSeconds(seconds), "training time"],
		[`${train} + ${valid}`, "images to train + validate"],
		[parameters.toLocaleString("en"), "parameters"],
	];
}
