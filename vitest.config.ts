import { defineConfig } from "vitest/config";
import { wgslVite } from "./scripts/wgsl.ts";

export default defineConfig({
	plugins: [wgslVite],
	test: {
		// For tests that hang; on a machine that others use too they take ten times as long.
		testTimeout: 300_000,
		hookTimeout: 300_000,
		// Two cores, and Chrome or a software adapter behind most files: more workers only steal time.
		maxWorkers: 2,
		projects: [
			{
				extends: true,
				test: {
					name: "wgrad",
					include: ["test/**/*.test.ts"],
					exclude: ["test/package/**"],
				},
			},
			{
				// Consumes the packed package, which its setup makes once.
				extends: true,
				test: {
					name: "package",
					include: ["test/package/**/*.test.ts"],
					globalSetup: "test/package/setup.ts",
				},
			},
		],
	},
});
