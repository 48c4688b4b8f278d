import type { EmbeddedMongo } from '../../src/dev/embedded-mongo';
import type { EmbeddedTemporal } from '../../src/dev/embedded-temporal';

export interface EmbeddedRun {
  temporal: EmbeddedTemporal;
  mongo: EmbeddedMongo;
  folder: string;
}

const held = globalThis as { codeferryEmbeddedRun?: EmbeddedRun };

/** Jest loads the two global files apart from each other: the global object is all they share. */
export function setEmbeddedRun(run: EmbeddedRun): void {
  held.codeferryEmbeddedRun = run;
}

export function embeddedRun(): EmbeddedRun | undefined {
  return held.codeferryEmbeddedRun;
}
