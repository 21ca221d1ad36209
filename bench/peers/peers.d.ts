// The peers are installed on first use only, so their types cannot be relied
// on: everything of theirs is `any`, whether they are here or not.
declare module "@jax-js/jax";
declare module "@tensorflow/tfjs-core";
declare module "@tensorflow/tfjs-core/dist/register_all_gradients.js";
declare module "@tensorflow/tfjs-backend-webgpu";
declare module "@tensorflow/tfjs-backend-wasm";
