import { STATUS_TEXT } from "./run-view.ts";
import { busy, runs, source } from "./state.ts";
import { forget, showRun } from "./trainer.ts";

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
								, {job.config.epochs} epochs ·{" "}
								{STATUS_TEXT[status === "running" ? "cut off" : status]}
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
