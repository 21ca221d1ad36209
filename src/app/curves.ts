/** What the curves of a training show; times in epochs. */
export interface Curves {
	readonly steps: {
		readonly at: readonly number[];
		readonly loss: readonly number[];
		readonly learningRate: readonly number[];
	};
	readonly epochs: {
		readonly at: readonly number[];
		readonly trainLoss: readonly number[];
		readonly validLoss: readonly number[];
		readonly miou: readonly (number | null)[];
		readonly pixelAccuracy: readonly (number | null)[];
	};
	readonly marks: readonly Mark[];
}

/** A named place on the horizontal axis. */
export interface Mark {
	readonly at: number;
	readonly text: string;
}

/** One line of a plot. */
export interface Line {
	readonly label: string;
	/** Name of a colour of the style sheet. */
	readonly colour: string;
	readonly at: readonly number[];
	readonly values: readonly (number | null)[];
	readonly points?: boolean;
}

/** The figures of epochs as columns. */
export function epochCurves(
	epochs: readonly {
		readonly epoch: number;
		readonly trainLoss: number;
		readonly validLoss: number;
		readonly miou: number | null;
		readonly pixelAccuracy: number | null;
	}[],
): Curves["epochs"] {
	return {
		at: epochs.map(({ epoch }) => epoch),
		trainLoss: epochs.map(({ trainLoss }) => trainLoss),
		validLoss: epochs.map(({ validLoss }) => validLoss),
		miou: epochs.map(({ miou }) => miou),
		pixelAccuracy: epochs.map(({ pixelAccuracy }) => pixelAccuracy),
	};
}

/** The lines of the three plots. */
export function curveLines({ steps, epochs }: Omit<Curves, "marks">): {
	loss: Line[];
	scores: Line[];
	rate: Line[];
} {
	const ofEpochs = (
		label: string,
		colour: string,
		values: Line["values"],
	): Line => ({ label, colour, at: epochs.at, values, points: true });
	const ofSteps = (
		label: string,
		colour: string,
		values: Line["values"],
	): Line => ({ label, colour, at: steps.at, values });
	return {
		loss: [
			ofSteps("step", "faint", steps.loss),
			ofEpochs("training", "accent", epochs.trainLoss),
			ofEpochs("validation", "second", epochs.validLoss),
		],
		scores: [
			ofEpochs("mIoU", "accent", epochs.miou),
			ofEpochs("pixel accuracy", "second", epochs.pixelAccuracy),
		],
		rate: [ofSteps("learning rate", "accent", steps.learningRate)],
	};
}

/** What of a plot (uPlot) its marks are drawn by. */
interface Plotted {
	readonly ctx: CanvasRenderingContext2D;
	readonly bbox: {
		readonly left: number;
		readonly top: number;
		readonly width: number;
		readonly height: number;
	};
	valToPos(value: number, scale: string, canvasPixels: boolean): number;
}

/** Draws vertical lines with names. `text`: its size, and how far below the top its first row is and each next, in pixels of the style sheet. */
export function drawMarks(
	plot: Plotted,
	marks: readonly Mark[],
	colour: string,
	text: { readonly size: number; readonly top: number; readonly row: number },
): void {
	const { ctx, bbox } = plot;
	const pixels = devicePixelRatio;
	ctx.save();
	ctx.strokeStyle = ctx.fillStyle = colour;
	ctx.lineWidth = pixels;
	ctx.font = `${text.size * pixels}px system-ui, sans-serif`;
	ctx.setLineDash([4 * pixels, 3 * pixels]);
	marks.forEach((mark, i) => {
		const x = plot.valToPos(mark.at, "x", true);
		if (!(x >= bbox.left && x <= bbox.left + bbox.width)) return;
		ctx.beginPath();
		ctx.moveTo(x, bbox.top);
		ctx.lineTo(x, bbox.top + bbox.height);
		ctx.stroke();
		const left = x > bbox.left + bbox.width / 2;
		ctx.textAlign = left ? "right" : "left";
		const y = bbox.top + (text.top + text.row * (i % 3)) * pixels;
		ctx.fillText(mark.text, x + (left ? -4 : 4) * pixels, y);
	});
	ctx.restore();
}
