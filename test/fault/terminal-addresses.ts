import { sha256 } from './facts';
import type { PlannedIssuer, PlannedOrder } from './plan';

type Named = Pick<PlannedOrder, 'issuerId' | 'orderNo'>;

export const mailAddressOf = ({ issuerId, orderNo }: Named): string =>
  `${sha256(`${issuerId}/${orderNo}`).slice(0, 24)}@terminals.test`;

export const phoneNumberOf = ({ issuerId, orderNo }: Named): string =>
  `+4915${String(BigInt(`0x${sha256(`${issuerId}/${orderNo}`).slice(0, 15)}`) % 1_000_000_000n).padStart(9, '0')}`;

/** An address of its own for each order, so that whatever comes to one says by that alone whose it should be. */
export const terminalOf = (channel: PlannedIssuer['channel'], order: Named, terminalsUrl: string) => {
  switch (channel) {
    case 'page':
      return { channel };
    case 'webhook':
      return { channel, url: `${terminalsUrl}/t/${order.issuerId}/${order.orderNo}` };
    case 'email':
      return { channel, address: mailAddressOf(order) };
    case 'sms':
      return { channel, number: phoneNumberOf(order) };
    default:
      return channel satisfies never;
  }
};
