import type { ConformanceOrders } from '../store/conformance';
import { dueAtMs, type StageOrder, type StageStore } from './stage-order';

/** Of a run on the platform: its processes share them. */
export const keptOrders = (orders: ConformanceOrders, issuerId: string, prefix: string): StageStore => {
  const idOf = (orderNo: string): string => `${issuerId}/${orderNo}`;
  const rowOf = (order: StageOrder) => ({
    _id: idOf(order.orderNo),
    changes: order.changes,
    content: JSON.stringify(order),
    values: order.held.map(({ valueFingerprint }) => valueFingerprint),
    messages: order.messages.map(({ id }) => id),
    dueAt: dateOf(dueAtMs(order)),
  });
  return {
    find: async (orderNo) => {
      const content = orderNo.startsWith(`${prefix}-`) ? await orders.find(idOf(orderNo)) : undefined;
      return content === undefined ? undefined : JSON.parse(content);
    },
    insert: (order) => orders.insert({ ...rowOf(order), prefix, at: new Date(order.facts.createdAtMs) }),
    replace: (order, changesBefore) => orders.replace(rowOf(order), changesBefore),
    due: async (atMs, limit) => (await orders.due(prefix, new Date(atMs), limit)).map((content) => JSON.parse(content)),
    findByMessage: async (id) => {
      const content = await orders.findByMessage(prefix, id);
      return content === undefined ? undefined : JSON.parse(content);
    },
    holdsElsewhere: (orderNo, values) => orders.holdsElsewhere(prefix, idOf(orderNo), values),
  };
};

const dateOf = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms));
