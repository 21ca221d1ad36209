import { useSignal } from "@preact/signals";
import { curveLines, epochCurves, type Mark } from "../curves.ts";
import type { TrainConfig } from "../job.ts";
import { SignalSlider } from "./field.tsx";
import { formatNumber } from "./format.ts";
import { Plot } from "./plot.tsx";
import type { RunView } from "./run-view.ts";
import { source, view } from "./state.ts";

const score = (value: number) => value.toFixed(2);

/** Loss, scores and learning rate over the epochs. */
export function Curves() {
	const logarithmic = useSignal(false);
	const smoothing = useSignal(0.6);
	const { steps, epochs } = view.value;
	const loss = smoothed(steps.loss, smoothing.value);
	const lines = curveLines({
		steps: { ...steps, loss },
		epochs: epochCurves(epochs),
	});
	const config = source.value?.record.job.config;
	const marks = config ? marksOf(view.value, config) : [];
	return (
		<section class="card curves" aria-labelledby="curves-title">
			<header>
				<h2 id="curves-title">Curves</h2>
				<div class="controls">
					<label>
						<input
							type="checkbox"
							checked={logarithmic.value}
							onChange={(e) => {
								logarithmic.value = e.currentTarget.checked;
							}}
						/>
						Logarithmic loss
					</label>
					<SignalSlider
						label="Smoothing"
						min={0}
						max={0.98}
						step={0.02}
						signal={smoothing}
					/>
				</div>
			</header>
			<div class="plots">
				<Plot
					title="Loss"
					logarithmic={logarithmic.value}
					marks={marks}
					format={formatNumber}
					lines={lines.loss}
				/>
				<Plot
					title="Validation scores"
					marks={marks}
					range={[0, 1]}
					format={score}
					lines={lines.scores}
				/>
				<Plot title="Learning rate" format={formatNumber} lines={lines.rate} />
			</div>
		</section>
	);
}

/** Vertical lines of the plots over the epochs. */
export function marksOf(
	{ epochs, resumed }: RunView,
	{ phases = [] }: TrainConfig,
): Mark[] {
	const best = epochs.findLast((epoch) => epoch.best);
	let before = 0;
	const begun = phases.slice(0, -1).map((phase) => {
		before += phase.epochs;
		return { at: before, text: phase.frozen ? "encoder trains too" : "phase" };
	});
	return [
		...begun,
		...resumed.map((at) => ({ at, text: "resumed" })),
		...(best ? [{ at: best.epoch, text: "best" }] : []),
	];
}

/** Exponential mean with the first values' bias taken out, as Adam does (Kingma and Ba 2015). */
function smoothed(values: readonly number[], share: number): number[] {
	let mean = 0;
	let weight = 1;
	return values.map((value) => {
		mean = share * mean + (1 - share) * value;
		weight *= share;
		return mean / (1 - weight);
	});
}
