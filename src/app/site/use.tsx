import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { ClassToggles, visible } from "./classes.tsx";
import { compose, EFFECTS, type Effect } from "./compose.ts";
import { Downloads } from "./download-list.tsx";
import { DropZone } from "./drop-zone.tsx";
import { SignalSlider } from "./field.tsx";
import { pictureOf } from "./paint.ts";
import { readPicture } from "./painting.ts";
import { Picture } from "./picture.tsx";
import { openSegmenter, type Segmenter } from "./segmenter.ts";
import { classes, problem, source, tab, view } from "./state.ts";
import type { Segmented } from "./use-worker.ts";
import { Webcam } from "./webcam.tsx";

/** Larger pictures are made smaller to this many pixels on their longer side. */
const LARGEST = 1600;

/** Trying the network on pictures. */
export function Use() {
	const run = source.value;
	const network = useRef<Promise<Segmenter> | undefined>(undefined);
	// Pictures may overtake each other: the one that was asked for last is shown.
	const asked = useRef(0);
	const name = useSignal("");
	const result = useSignal<Segmented | undefined>(undefined);
	const working = useSignal(false);
	const effect = useSignal<Effect>("mask");
	const opacity = useSignal(0.6);
	const radius = useSignal(0.02);
	const colour = useSignal("#3c8d5a");
	const behind = useSignal<ImageData | undefined>(undefined);
	const ready = view.value.epochs.length > 0;

	async function show(
		picture: ImageData | Promise<ImageData | undefined>,
		called: string,
	): Promise<void> {
		const mine = ++asked.current;
		working.value = true;
		try {
			const segmenter = await network.current;
			const chosen = await picture;
			const segmented = chosen && (await segmenter?.segment(chosen));
			if (!segmented || mine !== asked.current) return;
			result.value = segmented;
			name.value = called;
		} catch (error) {
			problem.value = (error as Error).message;
		} finally {
			if (mine === asked.current) working.value = false;
		}
	}

	// Before a picture can be chosen.
	useLayoutEffect(() => {
		if (!run || !ready) return;
		const opening = openSegmenter(run);
		network.current = opening;
		// Something to see at once.
		show(
			run
				.valid(0)
				.then((bytes) => pictureOf(bytes, run.record.job.valid).picture),
			run.record.names[0],
		);
		return () => {
			opening.then(
				(segmenter) => segmenter.close(),
				() => {},
			);
		};
	}, [run, ready]);

	const { colours, background } = classes.value;
	const style = {
		...{ colours, background },
		visible: visible.value,
		opacity: opacity.value,
	};
	const options = {
		...{ style, radius: radius.value, colour: colour.value },
		behind: behind.value,
	};
	const key = JSON.stringify({ ...options, behind: undefined });
	const shown = useMemo(
		() => result.value && compose(result.value, effect.value, options),
		[result.value, effect.value, key, behind.value],
	);
	if (!run || !ready) return <Nothing />;

	return (
		<div class="use">
			<section class="card stage" aria-labelledby="use-title">
				<header>
					<div>
						<h1 id="use-title">Use it: {run.record.title}</h1>
						<p class="soft" role="status">
							{working.value ? "Working …" : name.value}
						</p>
					</div>
				</header>
				<div class={effect.value === "cut" ? "canvas cut" : "canvas"}>
					{shown && <Picture data={shown} label={`Result for ${name.value}`} />}
				</div>
				<DropZone
					label="Choose a picture"
					accept="image/*"
					onDrop={async (chosen) => {
						const [file] =
							chosen instanceof DataTransfer ? chosen.files : chosen;
						if (!file) return;
						const picture = readPicture(file, LARGEST).catch(() => {
							problem.value = `This browser cannot read ${file.name} as a picture.`;
							return undefined;
						});
						await show(picture, file.name);
					}}
				>
					<Webcam
						show={(picture) => show(picture, "webcam")}
						busy={working.value}
					/>
					<span class="soft">or drop a picture here</span>
				</DropZone>
			</section>
			<div class="use-side">
				<section class="card" aria-labelledby="effect-title">
					<h2 id="effect-title">Show</h2>
					<div class="effects">
						{Object.entries(EFFECTS).map(([name, label]) => (
							<label key={name} class="check">
								<input
									type="radio"
									name="effect"
									checked={effect.value === name}
									onChange={() => {
										effect.value = name as Effect;
									}}
								/>
								{label}
							</label>
						))}
					</div>
					<div class="effect-options">
						{effect.value === "mask" && (
							<SignalSlider
								label="Opacity"
								className="check"
								min={0}
								max={1}
								step={0.05}
								signal={opacity}
							/>
						)}
						{effect.value === "blur" && (
							<SignalSlider
								label="Strength"
								className="check"
								min={0.005}
								max={0.06}
								step={0.005}
								signal={radius}
							/>
						)}
						{effect.value === "colour" && (
							<label class="check">
								Colour
								<input
									type="color"
									value={colour.value}
									onInput={({ currentTarget }) => {
										colour.value = currentTarget.value;
									}}
								/>
							</label>
						)}
						{effect.value === "picture" && (
							<label class="check">
								Background
								<input
									type="file"
									accept="image/*"
									onChange={async ({ currentTarget }) => {
										const file = currentTarget.files?.[0];
										if (file) behind.value = await readPicture(file, LARGEST);
									}}
								/>
							</label>
						)}
					</div>
					{effect.value === "mask" && <ClassToggles />}
				</section>
				<Downloads
					run={run}
					name={name.value}
					result={result.value}
					shown={shown}
					segmenter={network.current}
				/>
			</div>
		</div>
	);
}

function Nothing() {
	return (
		<section class="card empty">
			<h1>No trained network yet</h1>
			<p>Open a training of which at least one epoch is done.</p>
			<button
				type="button"
				class="primary"
				onClick={() => {
					tab.value = source.value ? "training" : "setup";
				}}
			>
				{source.value ? "Look at the training" : "Set up a training"}
			</button>
		</section>
	);
}
