import { isRecording } from "./tape.ts";
import type { Tensor } from "./tensor.ts";
import { leaves } from "./tree.ts";

/**
 * Memory by scope: every tensor made inside `scope` is freed when it ends,
 * except those it returns, which move to the scope around it. Outside any
 * scope a tensor's memory goes back when the garbage collector finds it.
 */
const scopes: Set<Tensor>[] = [];

const collected = new FinalizationRegistry<() => void>((free) => free());

/** Enters a new tensor into the innermost scope. */
export function keep<T extends Tensor>(tensor: T): T {
	const scope = scopes.at(-1);
	if (scope) {
		scope.add(tensor);
	} else freeWhenCollected(tensor);
	return tensor;
}

function freeWhenCollected(tensor: Tensor): void {
	const { device, storage, shape, dtype } = tensor;
	// The callback must not hold the tensor itself, or it would never be collected.
	collected.register(
		tensor,
		() => device.free({ device, storage, shape, dtype } as Tensor),
		tensor,
	);
}

/** Gives a tensor other memory; what it had is the caller's to free. */
export function relocate(tensor: Tensor, storage: unknown): void {
	const inScope = scopes.some((scope) => scope.has(tensor));
	tensor.storage = storage;
	if (inScope) return;
	collected.unregister(tensor);
	freeWhenCollected(tensor);
}

/** Frees a tensor's memory now. Using it afterwards throws. */
export function release(tensor: Tensor): void {
	for (const scope of scopes) scope.delete(tensor);
	collected.unregister(tensor);
	if (tensor.storage === undefined) return;
	tensor.device.free(tensor);
	tensor.storage = undefined;
}

/** Whether `tensor` was made inside the innermost scope. */
export function isLocal(tensor: Tensor): boolean {
	return scopes.at(-1)?.has(tensor) ?? false;
}

/**
 * Runs `f` and frees every tensor made inside it, except those in what it
 * returns (a tensor, or arrays and objects of tensors).
 * `f` must be synchronous: read values with `await` outside.
 */
export function scope<T>(f: () => T): T {
	const local = new Set<Tensor>();
	scopes.push(local);
	let result: T | undefined;
	try {
		result = f();
		if (result instanceof Promise) {
			throw new TypeError(
				"scope: the function returned a promise; tensors made after an await would be freed at random. Await outside the scope.",
			);
		}
		return result;
	} finally {
		scopes.pop();
		const kept = new Set(leaves(result));
		for (const t of local) {
			// An open tape may need anything for its backward pass; the scope around the tape frees it.
			if (kept.has(t) || isRecording()) keep(t);
			else release(t);
		}
	}
}
