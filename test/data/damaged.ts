import fc from "fast-check";
import { DataError, UsageError } from "../../src/data/errors.ts";

/** Changes bytes, then cuts the file off. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
	const change = fc.record({
		at: fc.nat(bytes.length - 1),
		to: fc.oneof(fc.constantFrom(0, 1, 255, 128), fc.nat(255)),
	});
	return fc
		.record({
			changes: fc.array(change, { maxLength: 6 }),
			length: fc.oneof(fc.constant(bytes.length), fc.nat(bytes.length)),
		})
		.map(({ changes, length }) => {
			const copy = Uint8Array.from(bytes);
			for (const { at, to } of changes) copy[at] = to;
			return copy.subarray(0, length);
		});
}

/** Reads damaged files: only an error that says what is wrong may be thrown. */
export async function holds<T>(
	files: fc.Arbitrary<T>,
	read: (file: T) => void | Promise<void>,
	numRuns: number,
): Promise<void> {
	const property = fc.asyncProperty(files, async (file) => {
		try {
			await read(file);
		} catch (error) {
			const clear = error instanceof DataError || error instanceof UsageError;
			if (!clear) throw error;
		}
	});
	await fc.assert(property, { numRuns });
}
