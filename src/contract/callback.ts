import { z } from 'zod';
import { instant } from './fields';
import type { DeclaredAnswer } from './route';

/**
 * One message that the platform sends, declared once: the type of what is sent, the `webhooks` of OpenAPI, the docs page
 * and the types of the issuer's client come from here.
 */
export interface Callback {
  /** As its body says. */
  readonly type: string;
  /** A client's method is named by it: never changed. */
  readonly name: string;
  readonly to: 'issuer' | 'terminal';
  readonly summary: string;
  readonly body: z.ZodType;
  /** What the receiver may answer by its status; left out: any 2xx, whose body nobody reads. */
  readonly answers?: Readonly<Record<number, DeclaredAnswer>>;
}

export const declareCallback = <const C extends Callback>(callback: C): C => callback;

/** All messages have this shape; all attempts of one message send the same bytes. */
export const messageOf = <const Type extends string, D extends z.ZodType>(type: Type, data: D) =>
  z.strictObject({ type: z.literal(type), timestamp: instant, data });
