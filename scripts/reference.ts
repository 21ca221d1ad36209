// npm run docs: the reference of every public name, from the docstrings, in docs/reference.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installOnce } from "./install-once.ts";

const tools = fileURLToPath(new URL("reference", import.meta.url));
installOnce(tools, console.error);
const { status } = spawnSync(
	process.execPath,
	[
		`${tools}/node_modules/typedoc/bin/typedoc`,
		...["--options", `${tools}/typedoc.json`],
	],
	{ stdio: "inherit" },
);
process.exit(status ?? 1);
