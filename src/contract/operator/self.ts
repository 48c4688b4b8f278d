import { z } from 'zod';
import { roles } from '../../domain/operator';
import { declareRoute } from '../route';

/** For clients that offer only what their token may do. */
export const readOperatorSelf = declareRoute({
  method: 'get',
  path: '/v1/operator/self',
  name: 'readOperatorSelf',
  who: 'viewer',
  summary: 'Whose token it is, and what it may do',
  answers: {
    200: {
      says: 'Name and role',
      body: z
        .strictObject({ name: z.string(), role: z.enum(roles) })
        .meta({ id: 'OperatorSelf', examples: [{ name: 'ann', role: 'operator' }] }),
    },
  },
  problems: [],
});
