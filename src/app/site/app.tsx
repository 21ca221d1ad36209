import { effect } from "@preact/signals";
import { machine } from "./machine.ts";
import { Setup } from "./setup.tsx";
import { live, problem, source, status, type Tab, tab, view } from "./state.ts";
import { ThemeSwitch } from "./theme.tsx";
import { Training } from "./training.tsx";
import { Use } from "./use.tsx";

const TABS: Readonly<Record<Tab, string>> = {
	setup: "Set up",
	training: "Training",
	use: "Use it",
};

const TITLE = document.title;

// How far a training is can be seen in the list of tabs too.
effect(() => {
	const { step } = view.value;
	const going = status.value === "running" && step;
	const done = step ? step.epoch - 1 + step.step / step.steps : 0;
	const percent = Math.floor((100 * done) / (step?.epochs ?? 1));
	document.title = going ? `${percent} % ${source.value?.record.title}` : TITLE;
});

/** The page. */
export function App() {
	const shown = Object.entries(TABS).filter(
		([name]) => !(live.value && name === "setup"),
	);
	return (
		<>
			<header class="top">
				<a class="skip" href="#main">
					Skip to the content
				</a>
				<span class="brand">wgrad</span>
				<nav aria-label="Parts of the page">
					{shown.map(([name, title]) => (
						<button
							key={name}
							type="button"
							aria-current={tab.value === name ? "page" : undefined}
							onClick={() => {
								tab.value = name as Tab;
							}}
						>
							{title}
						</button>
					))}
				</nav>
				<span class="adapter" title={machine.value?.description}>
					{machine.value?.description ?? "looking for a GPU"}
				</span>
				<ThemeSwitch />
			</header>
			<main id="main" tabIndex={-1}>
				{problem.value && (
					<div class="card alert" role="alert">
						<p>{problem.value}</p>
						<button
							type="button"
							class="small"
							onClick={() => {
								problem.value = undefined;
							}}
						>
							Dismiss
						</button>
					</div>
				)}
				{tab.value === "setup" && <Setup />}
				{tab.value === "training" && <Training />}
				{tab.value === "use" && <Use />}
			</main>
		</>
	);
}
