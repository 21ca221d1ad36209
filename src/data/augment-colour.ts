// The changes of colour, on net input in place. They are TensorFlow's
// tf.image.adjust_* for floating-point images: values are not clipped.

/** x + delta (`tf.image.adjust_brightness`). */
export function adjustBrightness(x: Float32Array, delta: number): void {
	for (let i = 0; i < x.length; i++) x[i] += delta;
}

/** x ^ gamma (`tf.image.adjust_gamma`), where TensorFlow asks for x of at least 0; below 0 it becomes 0. */
export function adjustGamma(x: Float32Array, gamma: number): void {
	for (let i = 0; i < x.length; i++) x[i] = Math.max(x[i], 0) ** gamma;
}

/** (x - mean) * factor + mean with the mean of each channel over the image (`tf.image.adjust_contrast`). */
export function adjustContrast(
	x: Float32Array,
	channels: number,
	factor: number,
): void {
	for (let c = 0; c < channels; c++) {
		let sum = 0;
		for (let i = c; i < x.length; i += channels) sum += x[i];
		const mean = (sum * channels) / x.length;
		for (let i = c; i < x.length; i += channels) {
			x[i] = (x[i] - mean) * factor + mean;
		}
	}
}

/** Turns the hue by `delta` of the full circle (`tf.image.adjust_hue`); `x` is red, green, blue. */
export function adjustHue(x: Float32Array, delta: number): void {
	eachHsv(x, (hsv) => {
		hsv.h = hsv.h + delta - Math.floor(hsv.h + delta);
	});
}

/** Multiplies the saturation of HSV and limits it to 0..1 (`tf.image.adjust_saturation`); `x` is red, green, blue. */
export function adjustSaturation(x: Float32Array, factor: number): void {
	eachHsv(x, (hsv) => {
		hsv.s = Math.min(Math.max(hsv.s * factor, 0), 1);
	});
}

interface Hsv {
	/** 0 to 1 of the circle, red = 0. */
	h: number;
	s: number;
	v: number;
}

function eachHsv(x: Float32Array, change: (hsv: Hsv) => void): void {
	const hsv = { h: 0, s: 0, v: 0 };
	for (let i = 0; i < x.length; i += 3) {
		toHsv(x[i], x[i + 1], x[i + 2], hsv);
		change(hsv);
		const { h, s, v } = hsv;
		// Each channel is v where the hue is near it, v * (1 - s) where it is far.
		x[i] = v * (1 - s + s * unit(Math.abs(6 * h - 3) - 1));
		x[i + 1] = v * (1 - s + s * unit(2 - Math.abs(6 * h - 2)));
		x[i + 2] = v * (1 - s + s * unit(2 - Math.abs(6 * h - 4)));
	}
}

function toHsv(r: number, g: number, b: number, hsv: Hsv): void {
	const v = r > g ? (r > b ? r : b) : g > b ? g : b;
	const least = r < g ? (r < b ? r : b) : g < b ? g : b;
	const range = v - least;
	hsv.v = v;
	hsv.s = v > 0 ? range / v : 0;
	if (range === 0) hsv.h = 0;
	else if (v === r) hsv.h = (g - b) / (6 * range);
	else if (v === g) hsv.h = (b - r) / (6 * range) + 1 / 3;
	else hsv.h = (r - g) / (6 * range) + 2 / 3;
	if (hsv.h < 0) hsv.h += 1;
}

function unit(value: number): number {
	return value < 0 ? 0 : value > 1 ? 1 : value;
}
