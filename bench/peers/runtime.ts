import type { MeasureOptions } from "./measure.ts";
import type { Comparison } from "./row.ts";

/** Where the libraries run: headless Chrome or Node. */
export interface Runtime {
	/** With its version. */
	readonly name: string;
	readonly adapter: string;
	readonly software: boolean;
	measure(options: MeasureOptions): Promise<Comparison>;
	close(): Promise<void>;
}
