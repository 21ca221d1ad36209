import { signal } from "@preact/signals";

type Theme = "auto" | "light" | "dark";
const KEY = "wgrad-theme";
const THEMES: readonly Theme[] = ["auto", "light", "dark"];

/** What the user wants; `auto` follows the system. */
export const theme = signal<Theme>(stored());

/** Counts changes of the colours in force, for what is drawn on canvases. */
export const colourChanges = signal(0);

theme.subscribe((value) => {
	document.documentElement.dataset.theme = value;
	try {
		localStorage.setItem(KEY, value);
	} catch {
		// Storage may be forbidden; the choice then lasts as long as the page.
	}
	colourChanges.value++;
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
	colourChanges.value++;
});

function stored(): Theme {
	try {
		const value = localStorage.getItem(KEY) as Theme;
		return THEMES.includes(value) ? value : "auto";
	} catch {
		return "auto";
	}
}

/** A colour of the style sheet as a canvas takes it. */
export function colourOf(name: string): string {
	const probe = document.createElement("span");
	probe.style.color = `var(--${name})`;
	document.body.append(probe);
	const { color } = getComputedStyle(probe);
	probe.remove();
	return color;
}

/** Chooses between the system's colours, light and dark. */
export function ThemeSwitch() {
	return (
		<label class="theme">
			<span class="hidden">Colours</span>
			<select
				value={theme.value}
				onChange={({ currentTarget }) => {
					theme.value = currentTarget.value as Theme;
				}}
			>
				<option value="auto">System colours</option>
				<option value="light">Light</option>
				<option value="dark">Dark</option>
			</select>
		</label>
	);
}
