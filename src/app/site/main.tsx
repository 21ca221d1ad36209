import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { App } from "./app.tsx";
import { watchLive } from "./live.ts";
import { lookAtMachine } from "./machine.ts";
import { problem } from "./state.ts";
import { refreshRuns } from "./trainer.ts";

const live = new URLSearchParams(location.search).has("live");
const say = (message: string) => {
	problem.value = message;
};

lookAtMachine();
if (live) watchLive().catch((error: Error) => say(error.message));
else {
	refreshRuns().catch(() =>
		say(
			"This browser keeps no files for this page (a private window?), so nothing can be trained here. Open it in a normal window.",
		),
	);
}
render(<App />, document.getElementById("app") as HTMLElement);
