import type { Callback } from './callback';
import { codeDelivered, codeVoid } from './callbacks/deliveries';
import { events } from './callbacks/events';
import { closing, codeRequested, echoed, orderPaid, voidRequested } from './callbacks/first-interface';

/** Every declared message of the platform, in the order in which the docs tell them. */
export const callbacks: readonly Callback[] = [
  orderPaid,
  codeRequested,
  closing,
  voidRequested,
  ...events,
  echoed,
  codeDelivered,
  codeVoid,
];
