import { MongoClient } from 'mongodb';
import { loopback } from '../bounded/free-port';

const user = 'codeferry';
const limitMs = 5_000;

/** As api and worker are given it; without a password whoever is on this machine gets in. */
export const mongoUri = (port: number, database: string, password?: string): string =>
  password === undefined
    ? `mongodb://${loopback}:${port}/${database}?directConnection=true`
    : `mongodb://${user}:${password}@${loopback}:${port}/${database}?directConnection=true&authSource=admin`;

async function asking<T>(uri: string, ask: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: limitMs, connectTimeoutMS: limitMs });
  try {
    return await ask(client);
  } finally {
    await client.close();
  }
}

/** Whether a server that asks for a password takes this one. */
export const lets = (uri: string): Promise<boolean> =>
  asking(uri, async (client) => {
    await client.db().listCollections({}, { nameOnly: true }).toArray();
    return true;
  }).catch(() => false);

/**
 * Asked of a server that asks nobody for a password: the one user, who can reach no other database. Whoever came before
 * may have made others, and would get in by them for ever.
 */
export const giveUser = (uri: string, database: string, password: string): Promise<void> =>
  asking(uri, async (client) => {
    const admin = client.db('admin');
    const roles = [{ role: 'readWrite', db: database }];
    const users = await admin.collection<{ user: string; db: string }>('system.users').find({}).toArray();
    for (const one of users) await client.db(one.db).command({ dropUser: one.user });
    await admin.command({ createUser: user, pwd: password, roles });
  });
