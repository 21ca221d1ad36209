/** An option or a field of the network's configuration is missing or out of range. */
export class ConfigError extends Error {
	override name = "ConfigError";
}

/** The loss or a weight is NaN or infinite; training cannot go on from here. */
export class NumericError extends Error {
	override name = "NumericError";
}

/** A checkpoint is damaged, or belongs to another network. */
export class CheckpointError extends Error {
	override name = "CheckpointError";
}
