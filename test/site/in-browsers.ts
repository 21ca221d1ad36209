import { describe } from "vitest";
import { findFirefox } from "../firefox.ts";
import { skipped } from "../gpu.ts";
import { type Site, useSite } from "./open-site.ts";

/** Registers the tests of `body` in Chrome and, where it is, in Firefox. */
export async function describeInBrowsers(
	body: (holder: { readonly site: Site }) => void,
): Promise<void> {
	describe("Chrome", () => body(useSite()));
	const { launch, reason } = await findFirefox();
	if (launch) describe("Firefox", () => body(useSite(launch)));
	else skipped(`Firefox is not here: ${reason}`);
}
