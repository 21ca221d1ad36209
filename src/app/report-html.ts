import { palette } from "../data/palette.ts";
import { type Confusion, precision, recall } from "../unet/index.ts";
import type { Curves } from "./curves.ts";
import { formatScore, scoresOf } from "./scores.ts";

/** A picture of the report. */
export interface Sample {
	/** A `data:` address. */
	readonly url: string;
	readonly caption: string;
}

/** What a report shows. */
export interface Report {
	readonly title: string;
	readonly subtitle: string;
	readonly figures: readonly (readonly [value: string, name: string])[];
	readonly curves: Curves;
	readonly classNames: readonly string[];
	/** The class painted black. */
	readonly background: number;
	/** Absent when the training was stopped. */
	readonly judged?: {
		readonly confusion: Confusion;
		readonly best: readonly Sample[];
		readonly worst: readonly Sample[];
	};
	readonly settings: readonly (readonly [name: string, value: string])[];
	/** Lines for a shell, and what is to be known about them. */
	readonly commands: readonly string[];
	readonly remarks: readonly string[];
}

/** From so many classes on, the matrix has colours without numbers. */
const DENSE = 16;

/** A whole page: style and script are in it, and it asks for nothing from outside. */
export function reportHtml(
	report: Report,
	assets: { readonly style: string; readonly script: string },
): string {
	const { title, subtitle, figures, curves, judged, settings } = report;
	// In a script, only these could end it.
	const inScript = (code: string) => code.replaceAll("</script", "<\\/script");
	const json = JSON.stringify(curves).replaceAll("<", "\\u003c");
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="wgrad">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>
${assets.style}
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="soft">${escaped(subtitle)}</p>
<div class="figures">
${figures.map(([value, name]) => `<div><b>${escaped(value)}</b><span>${escaped(name)}</span></div>`).join("\n")}
</div>
${section(
	"Curves",
	`<div class="charts">
<div><h3>Loss</h3><div id="loss"></div></div>
<div><h3>Validation scores</h3><div id="scores"></div></div>
<div><h3>Learning rate</h3><div id="rate"></div></div>
</div>`,
)}
${judged ? judgedSections(report, judged) : ""}
${section("Configuration", `<div class="scroll"><table class="settings">${settings.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join("\n")}</table></div>`)}
${section(
	"How to reproduce it",
	`${report.commands.length ? `<pre>${report.commands.map(escaped).join("\n")}</pre>` : ""}
${report.remarks.map((remark) => `<p class="soft">${escaped(remark)}</p>`).join("\n")}`,
)}
</main>
<script type="application/json" id="curves">${json}</script>
<script>
${inScript(assets.script)}
</script>
</body>
</html>
`;
}

function judgedSections(
	report: Report,
	{ confusion, best, worst }: NonNullable<Report["judged"]>,
): string {
	return [
		section("Classes", classTable(report, confusion)),
		section("Confusion matrix", matrix(confusion, report.classNames)),
		section("Best validation images", samples(best)),
		section("Worst validation images", samples(worst)),
	].join("\n");
}

function section(title: string, content: string): string {
	return `<section>\n<h2>${title}</h2>\n${content}\n</section>`;
}

function classTable(
	{ classNames, background }: Report,
	confusion: Confusion,
): string {
	const colours = palette(background);
	const scores = scoresOf(confusion, classNames);
	const shares = [precision(confusion), recall(confusion)];
	const rows = classNames.map((name, k) => {
		const iou = scores.iou[name];
		const numbers = [
			formatScore(iou),
			...shares.map((share) => formatScore(share[k])),
			scores.pixels[name].toLocaleString("en"),
		];
		return `<tr><th scope="row"><span class="swatch" style="background:rgb(${colours[k]})"></span>${escaped(name)}</th>${numbers.map((text) => `<td class="number">${text}</td>`).join("")}<td class="bar"><i style="width:${(100 * (iou ?? 0)).toFixed(1)}%"></i></td></tr>`;
	});
	return `<div class="scroll"><table class="classes">
<thead><tr><th>class</th><th class="number">IoU</th><th class="number">precision</th><th class="number">recall</th><th class="number">true pixels</th><th></th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`;
}

function matrix(confusion: Confusion, classNames: readonly string[]): string {
	const dense = classNames.length >= DENSE;
	const rows = confusion.map((row, k) => {
		const total = row.reduce((a, b) => a + b, 0);
		const cells = row.map((count, j) => {
			const share = total ? count / total : 0;
			const title = `${count.toLocaleString("en")} pixels of ${classNames[k]} taken for ${classNames[j]}`;
			const text = dense ? "" : percent(share);
			return `<td${share > 0.55 ? ' class="high"' : ""} style="--share:${share.toFixed(3)}" title="${escaped(title)}">${text}</td>`;
		});
		return `<tr><th scope="row">${escaped(classNames[k])}</th>${cells.join("")}</tr>`;
	});
	const head = classNames.map((name) => `<th>${escaped(name)}</th>`).join("");
	return `<p class="soft">Row: true class; column: predicted class; percent of the row's pixels.</p>
<div class="scroll"><table class="matrix${dense ? " dense" : ""}">
<thead><tr><th></th>${head}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`;
}

function percent(share: number): string {
	if (share === 0) return "";
	const text = (100 * share).toFixed(share < 0.0995 ? 1 : 0);
	return text === "0.0" ? "" : text;
}

function samples(list: readonly Sample[]): string {
	const figures = list.map(
		({ url, caption }) =>
			`<figure><img alt="${escaped(caption)}" src="${url}"><figcaption>${escaped(caption)}</figcaption></figure>`,
	);
	return `<p class="soft">Image, truth, prediction, and errors in red.</p>
<div class="samples">
${figures.join("\n")}
</div>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
};

function escaped(text: string): string {
	return text.replace(/[&<>"]/g, (c) => ENTITIES[c]);
}
