import { machine } from "./machine.ts";
import { Setup } from "./setup.tsx";
import { live, problem, type Tab, tab } from "./state.ts";
import { ThemeSwitch } from "./theme.tsx";
import { Training } from "./training.tsx";
import { Use } from "./use.tsx";

const TABS: Readonly<Record<Tab, string>> = {
	setup: "Set up",
	training: "Training",
	use: "Use it",
};

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
