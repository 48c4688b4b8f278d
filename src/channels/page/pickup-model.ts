import type { Amount, CloseReason, OrderState } from '../../domain/order';
import type { PickupCode } from './code-list';

export interface PickupModel {
  readonly orderNo: string;
  readonly productName: string;
  readonly sellerName?: string | undefined;
  readonly quantity: number;
  readonly state: OrderState;
  readonly codes?: readonly PickupCode[] | undefined;
  readonly outstanding: number;
  readonly verifyBy?: string | undefined;
  readonly issueBy?: string | undefined;
  readonly closedReason?: CloseReason | undefined;
  readonly refundDue?: Amount | undefined;
  readonly eventsUrl: string;
}
