import { z } from 'zod';
import { modes } from '../domain/ids';

/** What lists have in common. */
export const defaultLimit = 20;
export const limit = z.coerce.number<number>().int().min(1).max(100).default(defaultLimit);
export const cursor = z.string().min(1).max(512);

/** Of operators' lists: test issuers and their orders are shown apart. */
export const mode = z.enum(modes).optional().meta({ description: 'live where nothing says otherwise' });

export const pageQuery = z.strictObject({ limit, cursor: cursor.optional() });
export const emptyQuery = z.strictObject({});

/** One page of a list; `null` at the end. */
export const pageOf = <S extends z.ZodType>(row: S) =>
  z.strictObject({ data: z.array(row), nextCursor: z.string().nullable() });

/** Of a call that needs no field. */
export const noBody = z.strictObject({});
