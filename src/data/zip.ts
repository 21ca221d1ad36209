// Node only: zlib's checksum, and the npm package fflate.
import { crc32 } from "node:zlib";
import { unzipSync } from "fflate";
import { latin1 } from "./bytes.ts";
import { DataError, formatCount } from "./errors.ts";

/** Most bytes that an archive may inflate to: a small one can claim any size. */
const MAX_INFLATED = 4 * 2 ** 30;
/** Most of one file in it. */
const MAX_FILE = 2 ** 31 - 1;
/** Deflate cannot shrink more than this, so that a larger claim is false. */
const MAX_RATIO = 1032;

/** True for the bytes of a .zip or .npz. */
export function looksLikeZip(bytes: Uint8Array): boolean {
	return (
		bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)
	);
}

/**
 * The files in a .zip or .npz by their path with `/`, without folders and
 * hidden files (`.x`, `__MACOSX`). Throws DataError, starting with `name`, for
 * damaged archives and for those that inflate to more than `limit` bytes.
 */
export function readZip(
	bytes: Uint8Array,
	name: string,
	limit = MAX_INFLATED,
): Map<string, Uint8Array> {
	const checksums = readChecksums(bytes, name);
	let total = 0;
	let unpacked: Record<string, Uint8Array>;
	try {
		unpacked = unzipSync(bytes, {
			filter({ name: path, size, originalSize, compression }) {
				if (!isWanted(path)) return false;
				if (compression !== 0 && compression !== 8) {
					throw new DataError(
						`holds ${path} in a compression that is not read; pack it again with plain zip`,
						name,
					);
				}
				total += originalSize;
				if (originalSize > MAX_FILE || total > limit) {
					throw new DataError(
						`inflates to more than ${formatCount(limit)} bytes; unpack it and give the folder`,
						name,
					);
				}
				if (originalSize > MAX_RATIO * size + 64) {
					throw damaged(`${path} cannot be as long as it claims`, name);
				}
				return true;
			},
		});
	} catch (cause) {
		if (cause instanceof DataError) throw cause;
		throw damaged((cause as Error).message, name);
	}
	const files = new Map<string, Uint8Array>();
	for (const [path, content] of Object.entries(unpacked)) {
		if (crc32(content) !== checksums.get(path)) {
			throw damaged(`the checksum of ${path} is wrong`, name);
		}
		files.set(path.replaceAll("\\", "/").replace(/^(\.?\/)+/, ""), content);
	}
	return files;
}

function damaged(what: string, name: string): DataError {
	return new DataError(
		`is a damaged archive (${what}); copy or pack it again`,
		name,
	);
}

function isWanted(path: string): boolean {
	const parts = path.split(/[\\/]/);
	return (
		parts[parts.length - 1] !== "" &&
		!parts.some(
			(part) => (part.startsWith(".") && part !== ".") || part === "__MACOSX",
		)
	);
}

/**
 * The checksums in the central directory (PKWARE APPNOTE 4.3.12), which fflate
 * does not verify.
 */
function readChecksums(bytes: Uint8Array, name: string): Map<string, number> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	// The end record is 22 bytes long, plus a comment of at most 65,535.
	let end = bytes.length - 22;
	const first = Math.max(0, end - 65_535);
	while (end >= first && view.getUint32(end, true) !== 0x06054b50) end--;
	if (end < first) {
		throw damaged("its directory is missing: it may be cut off", name);
	}
	const found = new Map<string, number>();
	let at = view.getUint32(end + 16, true);
	while (at + 46 <= end && view.getUint32(at, true) === 0x02014b50) {
		const [length, extra, comment] = [28, 30, 32].map((field) =>
			view.getUint16(at + field, true),
		);
		const path = bytes.subarray(at + 46, at + 46 + length);
		const utf8 = view.getUint16(at + 8, true) & 0x800;
		const text = utf8 ? new TextDecoder().decode(path) : latin1(path);
		found.set(text, view.getUint32(at + 16, true));
		at += 46 + length + extra + comment;
	}
	return found;
}
