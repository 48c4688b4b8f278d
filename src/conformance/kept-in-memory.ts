import type { StageOrder, StageStore } from './stage-order';

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
      orders.set(order.orderNo, order);
      return true;
    },
    holdsElsewhere: async (orderNo, values) => {
      const wanted = new Set(values);
      return [...orders.values()].some(
        (order) => order.orderNo !== orderNo && order.held.some((code) => wanted.has(code.valueFingerprint)),
      );
    },
  };
};
