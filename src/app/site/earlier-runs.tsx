import { STATUS_TEXT } from "./run-view.ts";
import { busy, runs, source } from "./state.ts";
import { forget, resumeRun, showRun } from "./trainer.ts";

/** The newest run, if it can go on. */
export function Offer() {
	const [newest] = runs.value;
	if (!newest || !["cut off", "paused"].includes(newest.status)) return null;
	const { id, title, status } = newest;
	return (
		<section class="card offer" aria-label="Unfinished training">
			<p>
				The training on <strong>{title}</strong> was{" "}
				{status === "paused" ? "paused" : "interrupted"}. It can go on where its
				last checkpoint is.
			</p>
			<button type="button" disabled={busy.value} onClick={() => resumeRun(id)}>
				Resume it
			</button>
		</section>
	);
}

/** The runs that are kept in this browser. */
export function EarlierRuns() {
	if (runs.value.length === 0) return null;
	return (
		<section class="card runs" aria-labelledby="runs-title">
			<header>
				<h2 id="runs-title">Earlier trainings in this browser</h2>
			</header>
			<ul>
				{runs.value.map(({ id, title, created, status, job }) => (
					<li key={id}>
						<div>
							<strong>{title}</strong>
							<span class="soft">
								{" "}
								{new Date(created).toLocaleString("en-GB", {
									dateStyle: "medium",
									timeStyle: "short",
								})}
								, {job.config.epochs} epochs · {STATUS_TEXT[status]}
							</span>
						</div>
						<div class="controls">
							<button
								type="button"
								class="small"
								disabled={busy.value}
								onClick={() => showRun(id)}
							>
								Open<span class="hidden"> {title}</span>
							</button>
							<button
								type="button"
								class="small"
								disabled={busy.value && source.value?.record.id === id}
								onClick={() => {
									if (
										confirm(`Remove “${title}” and its checkpoints for good?`)
									) {
										forget(id);
									}
								}}
							>
								Remove<span class="hidden"> {title}</span>
							</button>
						</div>
					</li>
				))}
			</ul>
		</section>
	);
}
