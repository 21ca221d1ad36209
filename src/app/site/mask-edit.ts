// Changes of a mask, H,W, in place.

/** A mask under work. */
export interface Mask {
	readonly width: number;
	readonly height: number;
	readonly ids: Uint8Array<ArrayBuffer>;
}

/** A place in pixels, with fractions. */
export interface Point {
	readonly x: number;
	readonly y: number;
}

/** Paints all pixels whose centres are at most `radius` from the line between two points. */
export function stroke(
	{ width, height, ids }: Mask,
	from: Point,
	to: Point,
	radius: number,
	id: number,
): void {
	const reach = Math.max(radius, 0.71);
	const bound = (value: number, most: number) =>
		Math.min(Math.max(value, 0), most);
	const top = bound(Math.floor(Math.min(from.y, to.y) - reach), height);
	const bottom = bound(Math.ceil(Math.max(from.y, to.y) + reach), height);
	const left = bound(Math.floor(Math.min(from.x, to.x) - reach), width);
	const right = bound(Math.ceil(Math.max(from.x, to.x) + reach), width);
	const [dx, dy] = [to.x - from.x, to.y - from.y];
	const length = dx * dx + dy * dy;
	for (let y = top; y < bottom; y++) {
		for (let x = left; x < right; x++) {
			const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
			const along = length ? bound((px * dx + py * dy) / length, 1) : 0;
			const distance = (px - along * dx) ** 2 + (py - along * dy) ** 2;
			if (distance <= reach * reach) ids[y * width + x] = id;
		}
	}
}

/** Paints the pixels of one class that hang together with the one at a point by their sides. */
export function fill(
	{ width, height, ids }: Mask,
	{ x, y }: Point,
	id: number,
): void {
	const [column, row] = [Math.floor(x), Math.floor(y)];
	if (column < 0 || row < 0 || column >= width || row >= height) return;
	const start = row * width + column;
	const old = ids[start];
	if (old === id) return;
	const waiting = [start];
	ids[start] = id;
	const visit = (at: number) => {
		if (ids[at] !== old) return;
		ids[at] = id;
		waiting.push(at);
	};
	for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
		const place = at % width;
		if (place > 0) visit(at - 1);
		if (place < width - 1) visit(at + 1);
		if (at >= width) visit(at - width);
		if (at < ids.length - width) visit(at + width);
	}
}
