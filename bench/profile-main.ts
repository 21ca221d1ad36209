export { runProfile as run } from "./run.ts";
