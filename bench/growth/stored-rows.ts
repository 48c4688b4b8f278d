import { randomBytes } from 'node:crypto';
import { type Document, MongoClient } from 'mongodb';
import { orderId } from '../../src/domain/ids';
import { orderPosition } from '../../src/store/orders';

/** Everything that one real order left in the database. */
export interface SampleOrder {
  readonly order: Document;
  readonly submissions: readonly Document[];
  readonly requests: readonly Document[];
}

/** Which order a copy is. */
export interface CopyName {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly createdAt: Date;
  /** Left out: the sample's. */
  readonly productId?: string;
}

/** Numbers from here on are times in ms; no count of an order is as large. */
const earliestMs = 1_000_000_000_000;
const insertBatch = 250;

const fresh = (old: unknown): string => {
  const text = String(old);
  return randomBytes(text.length)
    .toString(/^[0-9a-f]+$/.test(text) ? 'hex' : 'base64url')
    .slice(0, text.length);
};

/** The same shape and size: names are replaced, times moved, and what an index wants unique is drawn anew. */
export const copyOf = (sample: SampleOrder, { issuerId, orderNo, createdAt, productId }: CopyName): SampleOrder => {
  const { issuerId: oldIssuer, orderNo: oldNo, createdAt: oldAt } = sample.order;
  const byMs = createdAt.getTime() - (oldAt as Date).getTime();
  const moved = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replaceAll(oldNo, orderNo).replaceAll(oldIssuer, issuerId);
    if (typeof value === 'number') return value > earliestMs ? value + byMs : value;
    if (value instanceof Date) return new Date(value.getTime() + byMs);
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, moved(inner)]));
  };
  const copied = (document: Document): Document => moved(document) as Document;
  const id = orderId({ issuerId, orderNo });
  const order = copied(sample.order);
  return {
    order: {
      ...order,
      _id: id,
      position: orderPosition(createdAt, { issuerId, orderNo }),
      pickupHash: fresh(sample.order.pickupHash),
      ...(productId === undefined ? {} : { product: { ...order.product, id: productId } }),
    },
    submissions: sample.submissions.map((submission) => {
      const { codes, claims, ...copy } = copied(submission);
      const fingerprints = (codes as Document[]).map(({ valueFingerprint }) => fresh(valueFingerprint));
      return {
        ...copy,
        ...(claims === undefined ? {} : { claims: fingerprints.map((one) => `${issuerId}:${one}`) }),
        codes: (codes as Document[]).map((code, n) => ({ ...code, valueFingerprint: fingerprints[n] })),
      };
    }),
    requests: sample.requests.map((request) => {
      const [, webhookId = ''] = String(request._id).split('/');
      return { ...copied(request), _id: `${issuerId}/${fresh(webhookId)}` };
    }),
  };
};

const collectionOf = { order: 'orders', submissions: 'submissions', requests: 'requests' } as const;

/** The database past the platform: to read one order, and to put in as many like it as are wanted. */
export const openStoredRows = (uri: string) => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000, ignoreUndefined: true, promoteBuffers: true });
  const db = client.db();
  return {
    /** Asked while a single order was ever made, so that all requests are its own. @throws where there are others */
    sample: async (): Promise<SampleOrder> => {
      const all = (name: string) => db.collection(name).find({}).toArray();
      const [orders, submissions, requests] = [await all('orders'), await all('submissions'), await all('requests')];
      const [order] = orders;
      if (order?.state !== 'delivered' || orders.length > 1) throw new Error('one delivered order is what is copied');
      return { order, submissions, requests };
    },

    insert: async (copies: Iterable<SampleOrder>, say: (done: number) => void): Promise<void> => {
      let held: SampleOrder[] = [];
      let done = 0;
      const flush = async (): Promise<void> => {
        if (held.length === 0) return;
        for (const part of ['order', 'submissions', 'requests'] as const) {
          const rows = held.flatMap((copy) => copy[part] as Document | Document[]);
          await db.collection(collectionOf[part]).insertMany(rows, { ordered: false });
        }
        done += held.length;
        held = [];
        say(done);
      };
      for (const copy of copies) {
        held.push(copy);
        if (held.length === insertBatch) await flush();
      }
      await flush();
    },

    close: () => client.close(),
  };
};
