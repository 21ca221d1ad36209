/** An op was called with shapes, element types or attributes it does not take. */
export class ShapeError extends Error {
	override name = "ShapeError";
}

/** The GPU could not do the work: no adapter, lost device, out of memory, rejected command. */
export class DeviceError extends Error {
	override name = "DeviceError";
}

/** A gradient was asked for where the op defines none. */
export class GradientError extends Error {
	override name = "GradientError";
}

/** Rejects a call from inside a shape rule; the op adds its name, shapes and attributes. */
export function invalid(reason: string): never {
	throw new ShapeError(reason);
}
