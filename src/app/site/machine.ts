import { signal } from "@preact/signals";
import { identify } from "../../index.ts";
import type { Settings } from "./plan.ts";

/** What this machine has for training. */
export interface Machine {
	/** `cpu`: there is no WebGPU. */
	readonly kind: "gpu" | "software" | "cpu";
	readonly description: string;
	/** Without WebGPU: why, and what to do. */
	readonly advice?: string;
}

/** Undefined until it is known. */
export const machine = signal<Machine | undefined>(undefined);

/** Looks what the browser offers. */
export async function lookAtMachine(): Promise<void> {
	const gpu = (navigator as { gpu?: GPU }).gpu;
	const adapter = await gpu
		?.requestAdapter({ powerPreference: "high-performance" })
		.catch(() => null);
	if (!adapter) {
		machine.value = {
			kind: "cpu",
			description: "no WebGPU",
			advice: adviceFor(gpu !== undefined),
		};
		return;
	}
	const { description, software } = identify(adapter.info);
	machine.value = { kind: software ? "software" : "gpu", description };
}

function adviceFor(hasApi: boolean): string {
	if (!isSecureContext) {
		return "This page was opened over plain http. Browsers offer WebGPU only on https and on localhost: open it there.";
	}
	if (hasApi) {
		return "This browser knows WebGPU but found no graphics adapter. Update the graphics driver, switch on hardware acceleration in the browser's settings, and reload.";
	}
	// Its releases have it, on Linux switched off.
	return navigator.userAgent.includes("Firefox")
		? "WebGPU is switched off in this Firefox. Set dom.webgpu.enabled to true in about:config and reload, or open this page in a current Chrome, Edge or Safari."
		: "This browser has no WebGPU. Open this page in a current Chrome, Edge, Firefox or Safari.";
}

/** Sensible settings for this machine and these pictures. */
export function defaultsFor(
	{ kind }: Pick<Machine, "kind">,
	data: "digits" | "folder" | "painted",
): Settings {
	const own = data !== "digits";
	const few = data === "painted";
	const size = { gpu: 256, software: 96, cpu: 64 }[kind];
	const network = { gpu: "standard", software: "small", cpu: "tiny" }[kind];
	const images = { gpu: 1500, software: 1500, cpu: 120 }[kind];
	const digits = kind === "cpu" ? "tiny" : "digits";
	return {
		network: own ? network : digits,
		epochs: few ? 60 : own ? 20 : kind === "gpu" ? 6 : 2,
		batch: own && !few ? { gpu: 8, software: 4, cpu: 2 }[kind] : 2,
		learningRate: own || kind === "cpu" ? 3e-3 : 5e-3,
		size,
		images,
		augment: few && kind === "gpu" ? "photo" : own ? "mirror" : "none",
		device: kind === "cpu" ? "cpu" : "webgpu",
		seed: 0,
	};
}
