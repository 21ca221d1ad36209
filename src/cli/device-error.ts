import { WgradError } from "../data/errors.ts";

/** No usable browser, WebGPU adapter or driver (exit code 4). */
export class DeviceError extends WgradError {
	constructor(message: string) {
		super(message, 4);
	}
}
