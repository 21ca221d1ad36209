/** A planted fault: in `file`, the first `from` becomes `to`; `tests` with names matching `only` must then fail. */
export interface Fault {
	readonly file: string;
	readonly from: string;
	readonly to: string;
	readonly tests: readonly string[];
	readonly only?: string;
}

/** Tests of every kernel variant against its op's reference. */
export const KERNELS = ["test/kernels.test.ts"];

/** Tests of every gradient rule against finite differences. */
export const GRADIENTS = ["test/gradients.test.ts"];

/** A fault in a kernel, which the rows of the ops that `only` names must notice. */
export function kernel(
	name: string,
	from: string,
	to: string,
	only: string,
): Fault {
	const file = `src/kernels/${name}.wgsl`;
	return { file, from, to, tests: KERNELS, only };
}

/** A fault in a gradient rule. */
export function rule(
	name: string,
	from: string,
	to: string,
	only: string,
): Fault {
	const file = `src/kernels/${name}.ts`;
	return { file, from, to, tests: GRADIENTS, only };
}

/** A fault in any other file. */
export function fault(
	file: string,
	from: string,
	to: string,
	...tests: string[]
): Fault {
	return { file, from, to, tests };
}
