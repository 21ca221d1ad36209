import { defineConfig } from "vitest/config";
import { wgslVite } from "./scripts/wgsl.ts";

export default defineConfig({
	plugins: [wgslVite],
	test: {
		include: ["test/**/*.test.ts"],
		testTimeout: 60_000,
		hookTimeout: 120_000,
		// Two cores, and Chrome or a software adapter behind most files: more workers only steal time.
		maxWorkers: 2,
	},
});
