import { densenet121 } from "./densenet121.ts";
import { mobilenetV2 } from "./mobilenet-v2.ts";

export type { Encoder } from "./encoder.ts";

/** The encoders there are, by the name a configuration gives. */
export const encoders = { densenet121, "mobilenet-v2": mobilenetV2 } as const;

/** Name of an encoder. */
export type EncoderName = keyof typeof encoders;
