const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Bits of the float16 nearest to `value`, ties to even (IEEE 754 binary16). */
export function toHalf(value: number): number {
	float[0] = value;
	const x = bits[0];
	const sign = (x >>> 16) & 0x8000;
	const exponent = ((x >>> 23) & 0xff) - 112;
	const mantissa = x & 0x7fffff;
	if (exponent === 143) return sign | 0x7c00 | (mantissa ? 0x200 : 0);
	if (exponent >= 31) return sign | 0x7c00;
	if (exponent < -10) return sign;
	// Below 1 the float16 is subnormal: its leading bit is written out.
	const shift = exponent > 0 ? 13 : 14 - exponent;
	const whole =
		exponent > 0 ? (exponent << 23) | mantissa : mantissa | 0x800000;
	const half = whole >>> shift;
	const rest = whole & ((1 << shift) - 1);
	const middle = 1 << (shift - 1);
	const up = rest > middle || (rest === middle && (half & 1) === 1);
	return sign | (half + (up ? 1 : 0));
}

/** Value of a float16 given by its bits. */
export function fromHalf(half: number): number {
	const sign = half & 0x8000 ? -1 : 1;
	const exponent = (half >>> 10) & 31;
	const mantissa = half & 0x3ff;
	if (exponent === 31)
		return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
	if (exponent === 0) return sign * mantissa * 2 ** -24;
	return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
