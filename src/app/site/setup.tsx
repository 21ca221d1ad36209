import { type DataKind, dataKind, settings } from "./choice.ts";
import type { DataSource } from "./data-worker.ts";
import { EarlierRuns, Offer } from "./earlier-runs.tsx";
import { found, values } from "./folder.ts";
import { FolderPanel } from "./folder-panel.tsx";
import { namesOf } from "./found-classes.ts";
import { machine } from "./machine.ts";
import { Painter } from "./painter.tsx";
import { classNames, painted, restIsBackground, saved } from "./painting.ts";
import { SettingsForm } from "./settings-form.tsx";
import { busy, preparing } from "./state.ts";
import { startRun } from "./trainer.ts";

const KINDS: Readonly<Record<DataKind, { title: string; about: string }>> = {
	digits: {
		title: "Built-in digits",
		about:
			"Gray pictures with one to three handwritten digits. Nothing to prepare.",
	},
	folder: {
		title: "My folder",
		about: "Pictures and masks from your disk, in any of the usual layouts.",
	},
	painted: {
		title: "Paint masks",
		about: "A few pictures of yours; you paint what the network shall find.",
	},
};

/** Choosing data and settings. */
export function Setup() {
	return (
		<div class="setup">
			<div class="intro">
				<h1>Teach this browser to cut out what you want</h1>
				<p>
					Train a U-Net on pictures and masks, here, on your own graphics card.
					No picture leaves this machine.
				</p>
			</div>
			<NoWebgpu />
			<Offer />
			<section class="card data" aria-labelledby="data-title">
				<header>
					<h2 id="data-title">1 · Pictures</h2>
				</header>
				<div class="kinds" role="radiogroup" aria-labelledby="data-title">
					{Object.entries(KINDS).map(([kind, { title, about }]) => (
						<label key={kind} class="kind">
							<input
								type="radio"
								name="data"
								value={kind}
								checked={dataKind.value === kind}
								onChange={() => {
									dataKind.value = kind as DataKind;
								}}
							/>
							<strong>{title}</strong>
							<span>{about}</span>
						</label>
					))}
				</div>
				{dataKind.value === "folder" && <FolderPanel />}
				{dataKind.value === "painted" && <Painter />}
			</section>
			<SettingsForm />
			<Start />
			<EarlierRuns />
		</div>
	);
}

/** The chosen data as the worker takes it; undefined while there is none. */
function chosenSource(): DataSource | undefined {
	if (dataKind.value === "digits") return { kind: "digits" };
	if (dataKind.value === "folder") {
		const { value } = values;
		const enough = found.value && namesOf(value).length > 1;
		return enough ? { kind: "folder", values: value } : undefined;
	}
	if (painted.value.length === 0) return undefined;
	return {
		kind: "painted",
		classNames: classNames.value,
		restIsBackground: restIsBackground.value,
		pictures: painted.value.map(({ name, picture, ids }) => {
			return { name, picture, ids };
		}),
	};
}

function Start() {
	const now = preparing.value;
	const source = chosenSource();
	return (
		<section class="start" aria-label="Start">
			<button
				type="button"
				class="primary large"
				disabled={busy.value || !machine.value || !source}
				onClick={() => {
					if (!source) return;
					if (source.kind === "painted") saved();
					startRun({ source, settings: settings.value });
				}}
			>
				Start training
			</button>
			<div class="progress" role="status">
				{now && (
					<>
						<span>{now.text}</span>
						<progress aria-label={now.text} value={now.done} max={now.total} />
					</>
				)}
				{!source && <span class="soft">{MISSING[dataKind.value]}</span>}
			</div>
		</section>
	);
}

const MISSING: Readonly<Record<DataKind, string>> = {
	digits: "",
	folder: "Choose a folder first.",
	painted: "Choose pictures and paint on at least one of them first.",
};

/** What to do where the browser has no WebGPU. */
function NoWebgpu() {
	const { advice } = machine.value ?? {};
	if (!advice) return null;
	return (
		<section class="card alert" role="alert" aria-label="No WebGPU">
			<p>
				<strong>WebGPU is missing, so training would be very slow.</strong>{" "}
				{advice}
			</p>
			<p>
				To go on all the same, start below: the CPU does the work, with a tiny
				network.
			</p>
		</section>
	);
}
