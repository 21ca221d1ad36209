import { source, view } from "./state.ts";

const SIGN = { note: "·", warning: "!", error: "✕" };

/** What was odd in this run, the newest first. */
export function Notices() {
	const { notices } = view.value;
	const { notes = [] } = source.value?.record ?? {};
	return (
		<section class="card notices" aria-labelledby="notices-title">
			<header>
				<h2 id="notices-title">Log</h2>
			</header>
			{notices.length + notes.length === 0 && (
				<p class="soft">Nothing to report.</p>
			)}
			<ol>
				{notices
					.slice(-100)
					.reverse()
					.map(({ time, kind, text }) => (
						<li key={`${time} ${text}`} class={kind}>
							<time dateTime={new Date(time).toISOString()}>
								{new Date(time).toLocaleTimeString("en-GB")}
							</time>
							<span aria-hidden="true">{SIGN[kind]}</span>
							<span>{text}</span>
						</li>
					))}
				{notes.map((text) => (
					<li key={text} class="warning">
						<span>left out</span>
						<span aria-hidden="true">{SIGN.warning}</span>
						<span>{text}</span>
					</li>
				))}
			</ol>
		</section>
	);
}
