// What the user is choosing for the next training.
import { computed, effect, signal } from "@preact/signals";
import { defaultsFor, machine } from "./machine.ts";
import { networks } from "./networks.ts";
import type { Settings } from "./plan.ts";

export type DataKind = "digits" | "folder" | "painted";

/** Where the pictures come from. */
export const dataKind = signal<DataKind>("digits");

/** The settings, as far as the user has changed them. */
export const changes = signal<Partial<Settings>>({});

/** All settings: what the user changed, else what suits machine and data. */
export const settings = computed<Settings>(() => {
	const suited = defaultsFor(
		machine.value ?? { kind: "software" },
		dataKind.value,
	);
	const { network } = changes.value;
	return {
		...suited,
		...(network && { learningRate: networks[network].learningRate }),
		...changes.value,
	};
});

/** Changes one setting. */
export function change(part: Partial<Settings>): void {
	changes.value = { ...changes.value, ...part };
}

// Other data wants other settings.
effect(() => {
	dataKind.value;
	changes.value = {};
});
