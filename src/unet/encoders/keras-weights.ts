import { CheckpointError } from "../errors.ts";
import type { StoredTensor } from "../safetensors.ts";
import type { Encoder } from "./encoder.ts";
import type { StoredWeights } from "./weights.ts";

/**
 * An encoder's weights by Keras's names from those of a larger model, whose
 * names may have a prefix. Of inference graphs, where the normalisation is part
 * of the convolution before it (`LAYER/Conv2D_weights`, `LAYER/Conv2D_bn_offset`),
 * it becomes one that only adds the offset. `name` is the file, for messages.
 * @throws CheckpointError naming the first layer that is in neither form.
 */
export function kerasWeights(
	encoder: Encoder,
	stored: StoredWeights,
	name: string,
): Map<string, StoredTensor> {
	// The shortest first: of `x/bn/gamma` and `x/conv1/bn/gamma` the former is `bn/gamma`.
	const names = [...stored.keys()].sort((a, b) => a.length - b.length);
	const find = (key: string) => {
		const full = names.find((n) => n === key || n.endsWith(`/${key}`));
		return full === undefined ? undefined : stored.get(full);
	};
	const convolutionOf = normalised(encoder);
	const found = new Map<string, StoredTensor>();
	for (const { name: key, shape } of encoder.tensors) {
		const tensor = find(key) ?? folded(key, encoder, convolutionOf, find);
		if (!tensor) {
			throw new CheckpointError(
				`${name}: no tensor ${key}, nor one that a graph has in its place, so there is no ${encoder.name} in it`,
			);
		}
		if (tensor.shape.join() !== shape.join()) {
			throw new CheckpointError(
				`${name}: tensor ${key} is [${tensor.shape}]; ${encoder.name} needs [${shape}]`,
			);
		}
		found.set(key, tensor);
	}
	return found;
}

/** Whether all normalisations only add an offset, as `kerasWeights` makes those of inference graphs. */
export function normsAreMerged(
	{ tensors, epsilon }: Encoder,
	stored: StoredWeights,
): boolean {
	const merged = Math.fround(1 - epsilon);
	return tensors
		.filter(({ name }) => name.endsWith("/moving_variance"))
		.every(({ name }) => stored.get(name)?.data.every((v) => v === merged));
}

/** What an inference graph has for a tensor of Keras. */
function folded(
	key: string,
	{ epsilon }: Encoder,
	convolutionOf: ReadonlyMap<string, string>,
	find: (key: string) => StoredTensor | undefined,
): StoredTensor | undefined {
	const [layer, part] = splitAt(key, key.lastIndexOf("/"));
	if (part === "kernel") return find(`${layer}/Conv2D_weights`);
	if (part === "depthwise_kernel") return find(`${layer}/depthwise_weights`);
	const before = convolutionOf.get(layer);
	const offset =
		find(`${before}/Conv2D_bn_offset`) ?? find(`${before}/depthwise_bn_offset`);
	if (!before || !offset) return undefined;
	if (part === "beta") return offset;
	// The variance is such that normalising divides by 1.
	const value =
		{ gamma: 1, moving_mean: 0, moving_variance: 1 - epsilon }[part] ?? 0;
	const { shape } = offset;
	return { shape, data: new Float32Array(offset.data.length).fill(value) };
}

function splitAt(text: string, i: number): [string, string] {
	return [text.slice(0, i), text.slice(i + 1)];
}

/** For each normalisation that follows a convolution the name of that. */
function normalised(encoder: Encoder): Map<string, string> {
	const pairs = new Map<string, string>();
	const none = () => "";
	encoder.layers<string>(
		{
			conv: (name) => name,
			depthwise: (name) => name,
			norm(name, x) {
				if (x) pairs.set(name, x);
				return "";
			},
			relu: none,
			relu6: none,
			maxPool: none,
			avgPool: none,
			concat: none,
			add: none,
		},
		"",
	);
	return pairs;
}
