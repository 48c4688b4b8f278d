import { itemSums, type ListedFacts, pendingRequest } from '../items';
import { count } from './count';

/** Of a refund that waits for its decision; undefined where none does. */
export const whyRefund = (facts: ListedFacts): string | undefined => {
  const request = pendingRequest(facts);
  if (!request) return undefined;
  const what = `A refund of ${count(itemSums(facts).asked, 'code')}`;
  const held = request.holdsItems ? ' Nobody can redeem them meanwhile.' : '';
  return request.state === 'open'
    ? `${what} waits for its issuer to decide until ${new Date(request.decideByMs).toISOString()}.${held}`
    : `${what} was not decided in time: the issuer or an operator must decide.${held}`;
};
