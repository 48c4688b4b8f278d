import { MongoClient } from 'mongodb';
import { openStates } from '../../src/domain/order';

/** Operations that the database did, by kind, since it started; a `findAndModify` counts as a command. */
export type DatabaseOperations = Readonly<Record<string, number>>;

export const openDatabaseCounts = (uri: string) => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000, maxPoolSize: 1 });
  return {
    operations: async (): Promise<DatabaseOperations> => {
      const { opcounters, network } = await client.db('admin').command({ serverStatus: 1 });
      return { ...(opcounters as Record<string, number> | undefined), requests: Number(network?.numRequests ?? 0) };
    },
    /** The rows by state: what the database believes of all orders. */
    ordersByState: async (): Promise<Record<string, number>> => {
      const orders = client.db().collection<{ state: string }>('orders');
      const counts: Record<string, number> = {};
      for await (const { state } of orders.find({}, { projection: { state: 1 } })) {
        counts[state] = (counts[state] ?? 0) + 1;
      }
      return counts;
    },
    /** Neither delivered nor closed in another way. */
    openOrders: (): Promise<number> =>
      client
        .db()
        .collection('orders')
        .countDocuments({ state: { $in: [...openStates] } }),
    close: () => client.close(),
  };
};
export type DatabaseCounts = ReturnType<typeof openDatabaseCounts>;
