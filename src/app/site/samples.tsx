import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { visible } from "./classes.tsx";
import { SignalSlider, Slider } from "./field.tsx";
import {
	type Ids,
	type PaintStyle,
	pictureOf,
	withClasses,
	withErrors,
} from "./paint.ts";
import { Picture } from "./picture.tsx";
import type { RunSource } from "./run-record.ts";
import { classes, source, view } from "./state.ts";

const LAYERS = ["Input", "Truth", "Prediction", "Error"] as const;
type Layer = (typeof LAYERS)[number];

interface Sample {
	readonly name: string;
	readonly picture: ImageData;
	readonly labels: Ids;
}

/** The same validation images after every epoch. */
export function Samples() {
	const samples = useSamples(source.value);
	const opacity = useSignal(0.65);
	const layers = useSignal<readonly Layer[]>(LAYERS);
	/** Place in the list of epochs; undefined = the newest, as they come. */
	const chosen = useSignal<number | undefined>(undefined);
	const epochs = view.value.samples;
	const place = Math.min(chosen.value ?? Infinity, epochs.length - 1);
	const epoch: number | undefined = epochs[place];
	const predictions = usePredictions(source.value, epoch, samples.length);
	const { colours, background } = classes.value;
	const style: PaintStyle = {
		...{ colours, background },
		visible: visible.value,
		opacity: opacity.value,
	};
	return (
		<section class="card samples" aria-labelledby="samples-title">
			<header>
				<h2 id="samples-title">Validation pictures</h2>
				<div class="controls">
					{LAYERS.map((layer) => (
						<label key={layer}>
							<input
								type="checkbox"
								checked={layers.value.includes(layer)}
								onChange={({ currentTarget: { checked } }) => {
									layers.value = LAYERS.filter((other) =>
										other === layer ? checked : layers.value.includes(other),
									);
								}}
							/>
							{layer}
						</label>
					))}
					<SignalSlider
						label="Opacity"
						min={0}
						max={1}
						step={0.05}
						signal={opacity}
					/>
					<Slider
						label="Epoch"
						min={0}
						max={Math.max(epochs.length - 1, 0)}
						step={1}
						value={Math.max(place, 0)}
						disabled={epochs.length < 2}
						valueText={epoch === undefined ? "none yet" : `${epoch}`}
						onInput={(to) => {
							chosen.value = to === epochs.length - 1 ? undefined : to;
						}}
					/>
					<output class="epoch">{epoch ?? "–"}</output>
				</div>
			</header>
			<div class="grid">
				{samples.map((sample, i) => (
					<SampleView
						key={sample.name}
						sample={sample}
						prediction={predictions[i]}
						layers={layers.value}
						style={style}
					/>
				))}
			</div>
		</section>
	);
}

function SampleView({
	sample: { name, picture, labels },
	prediction,
	layers,
	style,
}: {
	readonly sample: Sample;
	readonly prediction: Ids | undefined;
	readonly layers: readonly Layer[];
	readonly style: PaintStyle;
}) {
	const key = JSON.stringify(style);
	const drawn = useMemo(
		(): Record<Layer, ImageData> => ({
			Input: picture,
			Truth: withClasses(picture, labels, style),
			Prediction: prediction
				? withClasses(picture, prediction, style)
				: new ImageData(picture.width, picture.height),
			Error: prediction
				? withErrors(picture, labels, prediction, style)
				: new ImageData(picture.width, picture.height),
		}),
		[picture, labels, prediction, key],
	);
	return (
		<figure class="sample" style={{ "--columns": layers.length }}>
			<div class="layers">
				{layers.map((layer) => (
					<div key={layer} data-layer={layer}>
						<Picture data={drawn[layer]} label={`${layer} of ${name}`} />
						<span>{layer}</span>
					</div>
				))}
			</div>
			<figcaption>{name}</figcaption>
		</figure>
	);
}

function useSamples(run: RunSource | undefined): readonly Sample[] {
	const samples = useSignal<readonly Sample[]>([]);
	useEffect(() => {
		samples.value = [];
		if (!run) return;
		const { job, names } = run.record;
		const count = Math.min(job.samples, job.valid.count);
		Promise.all(
			Array.from({ length: count }, async (_, i) => {
				const bytes = await run.valid(i);
				return { name: names[i], ...pictureOf(bytes, job.valid) };
			}),
		).then((read) => {
			samples.value = read;
		});
	}, [run]);
	return samples.value;
}

function usePredictions(
	run: RunSource | undefined,
	epoch: number | undefined,
	count: number,
): readonly Ids[] {
	const found = useSignal<readonly Ids[]>([]);
	useEffect(() => {
		if (!run || epoch === undefined) {
			found.value = [];
			return;
		}
		let late = false;
		Promise.all(
			Array.from({ length: count }, (_, i) => run.prediction(epoch, i)),
		).then((read) => {
			if (!late) found.value = read;
		});
		return () => {
			late = true;
		};
	}, [run, epoch, count]);
	return found.value;
}
