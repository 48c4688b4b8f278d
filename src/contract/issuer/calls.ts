import { issuerCalls, listCallsQuery, ownCall } from '../operator/calls';
import { declareRoute } from '../route';

/** The calls between the platform and the issuer itself, without their secrets. */
const base = '/v1/issuers/{issuerId}/calls';

export const listOwnCalls = declareRoute({
  method: 'get',
  path: base,
  name: 'listOwnCalls',
  costs: 200,
  who: 'issuer',
  inPortal: true,
  summary: 'The newest calls between the platform and the issuer, out of its newest orders, and how its circuit is',
  query: listCallsQuery,
  answers: { 200: { says: 'The calls, newest first', body: issuerCalls } },
  problems: [],
});

export const readOwnCall = declareRoute({
  method: 'get',
  path: `${base}/{callId}`,
  name: 'readOwnCall',
  who: 'issuer',
  inPortal: true,
  summary: 'One call with its bodies, as far as they are kept, everything secret masked',
  answers: { 200: { says: 'The call', body: ownCall } },
  problems: ['order_unknown', 'call_unknown'],
});
