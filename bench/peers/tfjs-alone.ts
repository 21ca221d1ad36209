// tfjs keeps its engine and its kernels in globals: of two copies in one page,
// each with a backend of its own, the second would take over the first's.
// The first import of each copy; `enter` in tfjs.ts gives the page back to it.
const globals = globalThis as { _tfengine?: unknown; _tfGlobals?: unknown };
globals._tfengine = undefined;
globals._tfGlobals = undefined;
