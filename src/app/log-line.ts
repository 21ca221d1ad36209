/** A place in a training: so many epochs are complete, and so many steps of the next. */
export interface Place {
	readonly epoch: number;
	readonly step: number;
}

/** Whether what a log says belongs to the training up to a place; what it says of no step does. */
export function isBefore(
	line: {
		readonly type: string;
		readonly epoch?: number;
		readonly step?: number;
	},
	{ epoch: complete, step: steps }: Place,
): boolean {
	const { type, epoch = 0, step = 0 } = line;
	if (type === "epoch") return epoch <= complete;
	if (type !== "step") return true;
	return epoch <= complete || (epoch === complete + 1 && step <= steps);
}
