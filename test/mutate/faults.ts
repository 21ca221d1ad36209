import { convolutionFaults } from "./convolution-faults.ts";
import { dataFaults } from "./data-faults.ts";
import { engineFaults } from "./engine-faults.ts";
import type { Fault } from "./fault.ts";
import { fusionFaults } from "./fusion-faults.ts";
import { kernelFaults } from "./kernel-faults.ts";
import { layoutFaults } from "./layout-faults.ts";
import { ruleFaults } from "./rule-faults.ts";
import { trainingFaults } from "./training-faults.ts";

/** Faults that the tests must notice, each a mistake that somebody could make. */
export const faults: readonly Fault[] = [
	...convolutionFaults,
	...kernelFaults,
	...ruleFaults,
	...engineFaults,
	...fusionFaults,
	...trainingFaults,
	...dataFaults,
	...layoutFaults,
];
