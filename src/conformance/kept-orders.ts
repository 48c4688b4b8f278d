import { type KeyRing, SealBroken } from '../sealing/key-ring';
import { places } from '../sealing/places';
import type { ConformanceOrders, SealedOrder } from '../store/conformance';
import { dueAtMs, expectRoom, type StageOrder, type StageStore } from './stage-order';

/** Of a run on the platform: its processes share them. `onRead` hears how many bytes were read whole. */
export const keptOrders = (
  orders: ConformanceOrders,
  ring: KeyRing,
  issuerId: string,
  prefix: string,
  onRead: (bytes: number) => void = () => undefined,
): StageStore => {
  const idOf = (orderNo: string): string => `${issuerId}/${orderNo}`;
  const rowOf = (order: StageOrder) => {
    const _id = idOf(order.orderNo);
    const text = Buffer.from(JSON.stringify(order));
    expectRoom(text.length);
    return {
      _id,
      changes: order.changes,
      sealed: ring.seal(text, places.conformanceOrder(_id)),
      values: order.held.map(({ valueFingerprint }) => valueFingerprint),
      messages: order.messages.map(({ id }) => id),
      dueAt: dateOf(dueAtMs(order)),
    };
  };

  /** One that somebody else wrote is no order of the run. */
  const opened = (row: SealedOrder | null): StageOrder | undefined => {
    const { _id = '', sealed } = row ?? {};
    if (!sealed || !_id.startsWith(idOf(`${prefix}-`))) return undefined;
    onRead(sealed.length);
    try {
      return JSON.parse(ring.open(sealed, places.conformanceOrder(_id)).toString());
    } catch (error) {
      if (error instanceof SealBroken) return undefined;
      throw error;
    }
  };

  return {
    find: async (orderNo) => opened(await orders.find(idOf(orderNo))),
    insert: (order) => orders.insert({ ...rowOf(order), prefix, at: new Date(order.facts.createdAtMs) }),
    replace: (order, changesBefore) => orders.replace(rowOf(order), changesBefore),
    due: async (atMs, limit) => (await orders.due(prefix, new Date(atMs), limit)).flatMap((row) => opened(row) ?? []),
    findByMessage: async (id) => opened(await orders.findByMessage(prefix, id)),
    holdsElsewhere: (orderNo, values) => orders.holdsElsewhere(prefix, idOf(orderNo), values),
  };
};

const dateOf = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms));
