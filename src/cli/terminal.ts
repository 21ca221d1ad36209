import cliProgress from "cli-progress";
import picocolors from "picocolors";

/** How often progress is told where there is no bar. */
const PLAIN_INTERVAL_MS = 5000;

/** Everything a command says. Results go to stdout, all else to stderr. */
export interface Terminal {
	/** A sentence about what is going on. */
	note(text: string): void;
	/** A sentence about something odd. */
	warn(text: string): void;
	/** A result: text, or JSON with `--json`. */
	result(text: string): void;
	/** Shows how far a task is: a bar, or a line every few seconds. */
	progress(done: number, total: number, text: string): void;
	/** Takes the bar away. */
	endProgress(): void;
}

/** The process's own terminal; colours and bars only where a person looks. */
export function openTerminal(): Terminal {
	const { stderr, stdout } = process;
	const colours = picocolors.createColors(
		Boolean(stderr.isTTY) && picocolors.isColorSupported,
	);
	let bar: cliProgress.SingleBar | undefined;
	let plainAt = 0;

	function removeBar(): void {
		bar?.stop();
		bar = undefined;
	}
	function write(line: string): void {
		// Stopping restores the place where the bar began, so it must not scroll: the next one begins below.
		removeBar();
		stderr.write(`${line}\n`);
	}
	return {
		note: write,
		warn: (text) => write(`${colours.yellow("warning:")} ${text}`),
		result: (text) => stdout.write(`${text}\n`),
		progress(done, total, text) {
			if (!stderr.isTTY) {
				if (Date.now() - plainAt < PLAIN_INTERVAL_MS) return;
				plainAt = Date.now();
				return write(text);
			}
			if (bar) {
				bar.setTotal(total);
				bar.update(done, { text });
				return;
			}
			bar = new cliProgress.SingleBar({
				format: `[{bar}] {text}`,
				barsize: 12,
				barCompleteChar: "=",
				barIncompleteChar: " ",
				clearOnComplete: true,
				// Signals are the command's business: it may have work to save.
				gracefulExit: false,
				hideCursor: null,
				linewrap: true,
			});
			bar.start(total, done, { text });
		},
		endProgress() {
			removeBar();
			plainAt = 0;
		},
	};
}

/** Seconds as a person says them: `2:05` or `1:02:05`. */
export function formatTime(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	const two = (n: number) => String(n).padStart(2, "0");
	const [h, m, s] = [
		Math.floor(whole / 3600),
		Math.floor(whole / 60) % 60,
		whole % 60,
	];
	return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
