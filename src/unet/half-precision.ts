import {
	type Device,
	DeviceError,
	leaves,
	skipIf,
	type Tensor,
	tensor,
	zeros,
} from "../engine/index.ts";
import {
	adjustLossScale,
	cast,
	mul,
	slice,
	unscaleGradient,
} from "../kernels/index.ts";
import { ConfigError, NumericError } from "./errors.ts";

/** How a training stores the values of its steps. */
export interface Precision {
	/**
	 * Loss scale and steps since it changed, [2], before the first step.
	 * @throws DeviceError when the device cannot store so.
	 */
	start(device: Device): Tensor;
	/** The network's input, as it and all that follows from it is to be stored. */
	store(x: Tensor): Tensor;
	/** The loss to differentiate. */
	scaled(loss: Tensor, scaling: Tensor): Tensor;
	/**
	 * Divides the gradients, in place, by the scale and runs `update`, whose
	 * updates happen unless a gradient is infinite or NaN. Then moves the scale on.
	 */
	apply(grads: unknown, scaling: Tensor, update: () => void): void;
	/** @throws NumericError when the scale has sunk so far that nothing is learnt. */
	check(scale: number): void;
}

/** Options of `halfPrecision`. */
export interface HalfPrecisionOptions {
	/** Factor of the loss before the first step, a power of two, so that it changes no digit of a gradient; default 2^15. */
	readonly scale?: number;
	/** Steps in a row without overflow after which it is doubled; default 2000. */
	readonly growAfter?: number;
}

/** A scale at which gradients of any use do not overflow. */
const LEAST = 2 ** -24;

/**
 * Activations and their gradients in f16, half the memory, on adapters with
 * shader-f16; weights, their gradients, statistics, losses and all sums in f32.
 * Gradients too small for f16 are kept by a factor of the loss: a step whose
 * gradients overflow is skipped and the factor halved, and it is doubled after
 * many steps without (Micikevicius et al. 2018, arXiv:1710.03740; defaults of
 * torch.amp.GradScaler but for the first scale, 2^16). The device itself decides what
 * is skipped. Skipped steps count for the schedule and for Adam's bias correction.
 */
export function halfPrecision({
	scale = 2 ** 15,
	growAfter = 2000,
}: HalfPrecisionOptions = {}): Precision {
	if (!Number.isInteger(Math.log2(scale)) || Math.abs(Math.log2(scale)) > 24) {
		throw new ConfigError(
			`halfPrecision: scale ${scale} must be a power of two from 2^-24 to 2^24`,
		);
	}
	return {
		start(device) {
			const { capabilities, identity } = device;
			if (!capabilities.features.has("shader-f16")) {
				throw new DeviceError(
					`half precision needs the adapter feature shader-f16, which ${identity.description} lacks; train in f32, or on another adapter`,
				);
			}
			return tensor([scale, 0], [2], { device });
		},
		store: (x) => cast(x, { to: "f16" }),
		scaled: (loss, scaling) =>
			mul(loss, slice(scaling, { size: 1, keepDims: false })),
		apply(grads, scaling, update) {
			const { device } = scaling;
			// Made anew in each run: what is uploaded here would stay set.
			const found = cast(zeros([1], { device }), { to: "i32" });
			// Parameters may have one gradient in common.
			const all = new Map(leaves(grads).map((g) => [g.storage, g]));
			for (const g of all.values()) unscaleGradient(g, found, scaling);
			skipIf(found, update);
			adjustLossScale(scaling, found, { growAfter, least: LEAST });
		},
		check(scale) {
			if (scale > LEAST) return;
			throw new NumericError(
				"the gradients are infinite or NaN whatever the loss scale: lower the learning rate, or train in f32",
			);
		},
	};
}
