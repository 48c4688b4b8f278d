import * as issuerEcho from './issuer/echo';
import * as issuerOperations from './issuer/order-operations';
import * as issuerOrders from './issuer/orders';
import type { Route } from './route';

const isRoute = (exported: unknown): exported is Route =>
  typeof exported === 'object' && exported !== null && 'answers' in exported && 'path' in exported;

/** Every declared call, in the order in which the docs tell them. */
export const routes: readonly Route[] = [issuerOrders, issuerOperations, issuerEcho].flatMap((resource) =>
  Object.values<unknown>(resource).filter(isRoute),
);
