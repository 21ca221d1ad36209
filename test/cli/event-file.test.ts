import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openEventFile } from "../../src/cli/event-file.ts";
import { openOutput } from "../../src/cli/run-folder.ts";
import { crc32c } from "../../src/data/crc.ts";
import { indexPng } from "../../src/data/picture.ts";
import { eventsIn, remainder } from "./read-events.ts";

const path = mkdtempSync(join(tmpdir(), "wgrad-events-"));
afterAll(() => rmSync(path, { recursive: true }));

test("the checksum is that of the standard", () => {
	expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
	expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
	expect(remainder(Buffer.from("123456789"))).toBe(0xe3069283);
});

test("a reader of Protocol Buffers finds what was written", () => {
	const folder = openOutput(path);
	const png = indexPng(new Uint8Array(200 * 3), 3, 200);
	const before = Date.now() / 1000;
	const file = openEventFile(folder, 7);
	file.scalars(7, { "loss/training": 0.1, none: null, "IoU/Baum ü": -2.5 });
	file.image(2 ** 40, "samples/a", png);
	const events = eventsIn(path);
	for (const { wallTime } of events) {
		expect(wallTime).toBeGreaterThanOrEqual(before);
		expect(wallTime).toBeLessThanOrEqual(Date.now() / 1000);
	}
	expect(events.map(({ wallTime, ...rest }) => rest)).toEqual([
		{ fileVersion: "brain.Event:2" },
		{ step: 7, sessionLog: { status: 1 } },
		{
			step: 7,
			summary: {
				value: [
					{ tag: "loss/training", simpleValue: Math.fround(0.1) },
					{ tag: "IoU/Baum ü", simpleValue: -2.5 },
				],
			},
		},
		{
			step: 2 ** 40,
			summary: {
				value: [
					{
						tag: "samples/a",
						image: {
							height: 3,
							width: 200,
							colorspace: 3,
							encodedImageString: Buffer.from(png),
						},
					},
				],
			},
		},
	]);
});
