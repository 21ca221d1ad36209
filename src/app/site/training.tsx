import { Classes } from "./classes.tsx";
import { ConfusionMatrix } from "./confusion.tsx";
import { Curves } from "./curves.tsx";
import { formatBytes, formatNumber, formatSeconds } from "./format.ts";
import { Notices } from "./notices.tsx";
import { STATUS_TEXT } from "./run-view.ts";
import { Samples } from "./samples.tsx";
import { live, source, status, tab, view } from "./state.ts";
import { halt, resume } from "./trainer.ts";

/** A run: how far it is, its curves, its pictures. */
export function Training() {
	if (!source.value) {
		return (
			<section class="card empty">
				<h1>No training yet</h1>
				<p>Choose pictures and settings, then start one.</p>
				<button
					type="button"
					class="primary"
					onClick={() => {
						tab.value = "setup";
					}}
				>
					Set up a training
				</button>
			</section>
		);
	}
	return (
		<div class="training">
			<Status />
			<Curves />
			<Classes />
			<ConfusionMatrix />
			<Samples />
			<Notices />
		</div>
	);
}

function Status() {
	const { record } = source.value as NonNullable<typeof source.value>;
	const { step, epochs, judging, secondsLeft, device, failed } = view.value;
	const { config, train, valid } = record.job;
	const total = config.epochs * (step?.steps ?? 1);
	const done = step ? (step.epoch - 1) * step.steps + step.step : 0;
	const finished = status.value === "done";
	const share = finished ? 1 : done / total;
	const best = epochs.findLast((epoch) => epoch.best);
	return (
		<section class="card status" aria-labelledby="status-title">
			<header>
				<div>
					<h1 id="status-title">{record.title}</h1>
					<p class="soft">
						{pictures(train.count)} to train, {valid.count} to validate,{" "}
						{config.size.join("×")} pixels ·{" "}
						{device?.description ?? "no device yet"}
					</p>
				</div>
				<div class="controls">
					<strong class={`state ${status.value ?? ""}`} role="status">
						{stateText()}
					</strong>
					{!live.value && <Buttons />}
				</div>
			</header>
			<progress aria-label="Progress of the training" value={share} max="1" />
			{failed && status.value === "failed" && (
				<p class="alert" role="alert">
					{failed.message}
				</p>
			)}
			<dl class="figures">
				<Figure
					name="Epoch"
					value={`${step?.epoch ?? epochs.length} / ${config.epochs}`}
				/>
				<Figure
					name={judging ? "Validating" : "Step"}
					value={
						judging
							? `${judging.done} / ${judging.total}`
							: step
								? `${step.step} / ${step.steps}`
								: "–"
					}
				/>
				<Figure name="Time left" value={formatSeconds(secondsLeft)} />
				<Figure name="Loss" value={formatNumber(step?.loss)} />
				<Figure
					name={best ? `Best mIoU, epoch ${best.epoch}` : "Best mIoU"}
					value={best?.miou?.toFixed(3) ?? "–"}
				/>
				<Figure name="Pictures/s" value={formatNumber(step?.imagesPerSecond)} />
				<Figure name="Learning rate" value={formatNumber(step?.learningRate)} />
				<Figure
					name={record.job.device === "cpu" ? "Tensor memory" : "GPU memory"}
					value={formatBytes(step?.deviceBytes)}
				/>
			</dl>
		</section>
	);
}

const pictures = (count: number) =>
	`${count} ${count === 1 ? "picture" : "pictures"}`;

function stateText(): string {
	const now = status.value;
	if (now === "stopping") return "Finishing the step";
	if (now === "elsewhere") return "Training in another tab";
	return now ? STATUS_TEXT[now] : "";
}

function Buttons() {
	const now = status.value;
	const running = now === "running" || now === "stopping";
	if (running) {
		return (
			<>
				<button
					type="button"
					disabled={now === "stopping"}
					onClick={() => halt("paused")}
				>
					Pause
				</button>
				<button
					type="button"
					disabled={now === "stopping"}
					onClick={() => halt("stopped")}
				>
					Stop
				</button>
			</>
		);
	}
	return (
		<>
			{now !== "done" && (
				<button type="button" class="primary" onClick={() => resume()}>
					Resume
				</button>
			)}
			{view.value.epochs.length > 0 && (
				<button
					type="button"
					class={now === "done" ? "primary" : undefined}
					onClick={() => {
						tab.value = "use";
					}}
				>
					Use the result
				</button>
			)}
		</>
	);
}

function Figure({
	name,
	value,
}: {
	readonly name: string;
	readonly value: string;
}) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{value}</dd>
		</div>
	);
}
