import { z } from 'zod';
import { checkBegun, proofFields, proofTold } from '../issuer/callback-proof';
import { declareRoute } from '../route';

const path = '/v1/operator/issuers/{issuerId}/callback-proof';

export const readCallbackProofOf = declareRoute({
  method: 'get',
  path,
  name: 'readCallbackProofOf',
  who: 'viewer',
  summary: 'How the host of an issuer’s callback address is proved, and whether it is',
  query: z.strictObject(proofFields),
  answers: { 200: proofTold },
  problems: ['issuer_unknown', 'not_url'],
});

export const checkCallbackProofOf = declareRoute({
  method: 'post',
  path,
  name: 'checkCallbackProofOf',
  who: 'admin',
  summary: 'Looks for an issuer’s proof now',
  body: z.strictObject(proofFields).meta({ examples: [{}] }),
  answers: { 202: checkBegun },
  problems: ['issuer_unknown', 'not_url', 'rate_limited'],
});
