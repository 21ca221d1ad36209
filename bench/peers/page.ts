import type { LibraryModule } from "./library.ts";
import { type MeasureOptions, measure } from "./measure.ts";
import type { Comparison } from "./row.ts";

// chrome.ts gives the page these.
declare const cpuMs: (place: "gpu" | "page") => Promise<number | undefined>;
declare const progress: (line: string) => void;

/** Runs in the page: chrome.ts calls it. */
export function run(options: MeasureOptions): Promise<Comparison> {
	const load = (library: string): Promise<LibraryModule> => {
		const url = `/${library}.js`;
		return import(url);
	};
	return measure(options, { load, cpuMs, progress });
}
