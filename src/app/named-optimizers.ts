import { adadelta, adam, type Optimizer, rmsprop } from "../unet/index.ts";
import type { OptimizerName } from "./job.ts";

/** The optimizers that a configuration may name. */
export const namedOptimizers: Readonly<Record<OptimizerName, () => Optimizer>> =
	{
		adam,
		adadelta,
		rmsprop: () => rmsprop({ convention: "keras" }),
	};
