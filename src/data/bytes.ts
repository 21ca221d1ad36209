/** The parts one after another. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
	const total = parts.reduce((sum, { length }) => sum + length, 0);
	const result = new Uint8Array(total);
	let at = 0;
	for (const part of parts) {
		result.set(part, at);
		at += part.length;
	}
	return result;
}

/** One character per byte, code points 0 to 255. */
export function latin1(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** What base64 stands for; blanks are skipped, and whatever comes behind a character that is none is left out. */
export function fromBase64(text: string): Uint8Array {
	const [clean] = /^[A-Za-z0-9+/]*/.exec(text.replace(/\s/g, "")) ?? [""];
	// A single character at the end stands for no whole byte.
	const whole = clean.length % 4 === 1 ? clean.slice(0, -1) : clean;
	return Uint8Array.from(atob(whole), (c) => c.charCodeAt(0));
}
