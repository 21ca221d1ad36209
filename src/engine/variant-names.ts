import type { Kernel, Variant } from "./kernel.ts";

/** A variant's kernels and their constants, `filter + product WIDE=1`. */
export function describeVariant(variant: Variant): string {
	return variant.stages
		.map(({ kernel, constants }) => {
			const set = Object.entries(constants).map(([k, v]) => `${k}=${v}`);
			return [kernel.name, ...set].join(" ");
		})
		.join(" + ");
}

/** A different name for each of a call's variants: where kernels and constants are equal, numbered. */
export function variantNames(variants: readonly Variant[]): string[] {
	const seen = new Map<string, number>();
	return variants.map((variant) => {
		const name = describeVariant(variant);
		const n = (seen.get(name) ?? 0) + 1;
		seen.set(name, n);
		return n > 1 ? `${name} #${n}` : name;
	});
}

const hashes = new WeakMap<Kernel, number>();

/** Changes when a call's variants or any of their kernels' texts do. */
export function fingerprint(variants: readonly Variant[]): string {
	const kernels = variants.flatMap((v) => v.stages.map((s) => s.kernel));
	const texts = kernels.map((kernel) => {
		const hash = hashes.get(kernel) ?? hashOf(kernel.code);
		hashes.set(kernel, hash);
		return hash;
	});
	const hash = hashOf([...variantNames(variants), ...texts].join());
	return hash.toString(16).padStart(8, "0");
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) {
		hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	}
	return hash >>> 0;
}
