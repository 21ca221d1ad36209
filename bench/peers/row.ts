/** What was measured of one workload in one library. */
export interface Row {
	readonly library: string;
	readonly device?: string;
	/** Why there are no figures. */
	readonly failure?: string;
	/** From the first library's values; see difference.ts. */
	readonly difference?: number;
	/** Of steps: the first losses. */
	readonly losses?: readonly number[];
	/** Medians of one call or step. */
	readonly wallMs?: number;
	readonly cpuMs?: number;
	/** Fastest and slowest. */
	readonly wallRange?: readonly [number, number];
	readonly repetitions?: number;
	/** From loading the library to the first result: compiling included, and for steps the upload of the weights. */
	readonly firstMs?: number;
	/** Per call or step. */
	readonly dispatches?: number;
	readonly submits?: number;
	readonly objects?: number;
	readonly peakBytes?: number;
}

/** All that one run measured of one workload. */
export interface Comparison {
	readonly workload: string;
	readonly adapter: string;
	readonly kind: "op" | "step";
	readonly flops?: number;
	readonly rows: readonly Row[];
}
