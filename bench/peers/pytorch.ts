import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lossDifference } from "./difference.ts";
import type { Comparison, Row } from "./row.ts";

/** Debian's Python: python3-torch belongs to it, whatever else is called python3. */
const PYTHON = "/usr/bin/python3";
const PROGRAM = fileURLToPath(new URL("../torch_unet.py", import.meta.url));

/**
 * The row of PyTorch for a training step, run right after the others, not
 * between them: it is another process. Undefined for ops.
 */
export function pytorchRow(
	{ workload, kind, rows }: Comparison,
	budgetMs: number,
): Row | undefined {
	if (kind !== "step") return undefined;
	const library = "PyTorch";
	const absent =
		"not installed (Debian: python3-torch and libopenblas0-pthread)";
	if (!isInstalled()) return { library, failure: absent };
	const budget = String(budgetMs / 1000);
	const args = [PROGRAM, "--filter", workload, "--budget", budget];
	const { status, stdout, stderr } = spawnSync(PYTHON, args, {
		encoding: "utf8",
	});
	if (status !== 0) {
		return { library, failure: stderr.trim().split("\n").at(-1) ?? "" };
	}
	const { torch, device, steps } = JSON.parse(stdout);
	const asValues = (losses: readonly number[]) =>
		losses.map((loss) => Float32Array.of(loss));
	const [step] = steps;
	const { workload: _, ...figures } = step;
	const expected = rows[0].losses;
	return {
		library,
		device: `${torch}, ${device}`,
		...(expected && {
			difference: lossDifference(asValues(step.losses), asValues(expected)),
		}),
		...figures,
	};
}

let installed: boolean | undefined;
function isInstalled(): boolean {
	installed ??=
		existsSync(PYTHON) &&
		spawnSync(PYTHON, ["-c", "import torch"]).status === 0;
	return installed;
}
