import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Carries MoveNet, whose encoder is a MobileNetV2; MIT. */
export const MOVENET_PACKAGE = "@vladmandic/human@3.3.6";
const CACHE = join("node_modules", ".cache", "wgrad-encoder");
const MODEL = join(CACHE, "package", "models", "movenet-lightning.json");

/** MoveNet's TensorFlow.js model, fetched once; undefined where the package cannot be had. */
export function movenetModel(): string | undefined {
	const run = (file: string, args: string[]) =>
		execFileSync(file, args, {
			cwd: CACHE,
			stdio: ["ignore", "pipe", "ignore"],
			encoding: "utf8",
		});
	if (existsSync(MODEL)) return MODEL;
	mkdirSync(CACHE, { recursive: true });
	try {
		const archive = run("npm", ["pack", MOVENET_PACKAGE])
			.trim()
			.split("\n")
			.pop();
		run("tar", ["xzf", archive as string, "package/models"]);
		return MODEL;
	} catch {
		return undefined;
	}
}
