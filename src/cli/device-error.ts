/** No usable browser, WebGPU adapter or driver; the CLI exits with code 4. */
export class DeviceError extends Error {
	readonly exitCode = 4;
	override readonly name = "DeviceError";
}
