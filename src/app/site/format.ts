/** A duration in the two largest units: `1 h 5 min`, `12 s`. */
export function formatSeconds(seconds: number | undefined): string {
	if (seconds === undefined || !Number.isFinite(seconds)) return "–";
	const whole = Math.round(seconds);
	if (whole < 60) return `${whole} s`;
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) return `${minutes} min ${whole % 60} s`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Bytes with a unit of 1000. */
export function formatBytes(bytes: number | undefined): string {
	if (bytes === undefined) return "–";
	const units = ["B", "kB", "MB", "GB"];
	const power = Math.min(
		Math.floor(Math.log10(Math.max(bytes, 1)) / 3),
		units.length - 1,
	);
	const value = bytes / 1000 ** power;
	return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** Three significant digits. */
export function formatNumber(value: number | null | undefined): string {
	if (value === null || value === undefined) return "–";
	return String(Number(value.toPrecision(3)));
}
