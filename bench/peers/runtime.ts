import type { MeasureOptions } from "./measure.ts";
import type { Comparison } from "./row.ts";

/** Where the libraries run: headless Chrome or Node. */
export interface Runtime {
	/** With its version. */
	readonly name: string;
	/** Whether heavy workloads take too long to run unasked. */
	readonly slow: boolean;
	measure(options: MeasureOptions): Promise<Comparison>;
	close(): Promise<void>;
}
