// A process with a browser, for tests that kill it: prints the browser's pid.
import { launchBrowser } from "../../src/cli/browser.ts";

const { browser } = await launchBrowser({ gpu: "software" });
console.log(browser.process()?.pid);
setInterval(() => {}, 1000);
