import { dueAtMs, expectRoom, type StageOrder, type StageStore } from './stage-order';

/** Of a run in one process, by the command. */
export const createMemoryStore = (): StageStore => {
  const orders = new Map<string, StageOrder>();
  return {
    find: async (orderNo) => orders.get(orderNo),
    insert: async (order) => {
      orders.set(order.orderNo, order);
    },
    replace: async (order, changesBefore) => {
      if (orders.get(order.orderNo)?.changes !== changesBefore) return false;
      expectRoom(Buffer.byteLength(JSON.stringify(order)));
      orders.set(order.orderNo, order);
      return true;
    },
    due: async (atMs, limit) =>
      [...orders.values()]
        .map((order) => ({ order, dueMs: dueAtMs(order) ?? Number.POSITIVE_INFINITY }))
        .filter(({ dueMs }) => dueMs <= atMs)
        .sort((one, other) => one.dueMs - other.dueMs)
        .slice(0, limit)
        .map(({ order }) => order),
    findByMessage: async (id) => [...orders.values()].find(({ messages }) => messages.some((one) => one.id === id)),
    holdsElsewhere: async (orderNo, values) => {
      const wanted = new Set(values);
      return [...orders.values()].some(
        (order) => order.orderNo !== orderNo && order.held.some((code) => wanted.has(code.valueFingerprint)),
      );
    },
  };
};
