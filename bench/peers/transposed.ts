/** A copy with axes in another order: axis i of the result is axis `order[i]` of the values. */
export function transposed(
	values: Float32Array,
	shape: readonly number[],
	order: readonly number[],
): Float32Array {
	const strides = shape.map((_, axis) =>
		shape.slice(axis + 1).reduce((a, b) => a * b, 1),
	);
	const extents = order.map((axis) => shape[axis]);
	const steps = order.map((axis) => strides[axis]);
	const result = new Float32Array(values.length);
	const at = extents.map(() => 0);
	let from = 0;
	for (let i = 0; i < result.length; i++) {
		result[i] = values[from];
		for (let axis = extents.length - 1; axis >= 0; axis--) {
			from += steps[axis];
			if (++at[axis] < extents[axis]) break;
			from -= steps[axis] * extents[axis];
			at[axis] = 0;
		}
	}
	return result;
}
