import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { freePort } from '../../src/bounded/free-port';
import { type EmbeddedMongo, startEmbeddedMongo } from '../../src/dev/embedded-mongo';
import { startEmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { mongoUri } from '../../src/dev/mongo-user';
import { until } from '../support/until';

const password = 'of-the-embedded-database';
const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'codeferry-secrets-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, maxRetries: 20, retryDelay: 200 });
});

/** As the system shows it to every user of the machine. */
const argumentsOf = (pid: number): string =>
  process.platform === 'linux' ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';

const asking = async <T>(uri: string, ask: (client: MongoClient) => Promise<T>): Promise<T> => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await ask(client);
  } finally {
    await client.close();
  }
};
const insert = (uri: string, _id: string) =>
  asking(uri, (client) => client.db('codeferry').collection<{ _id: string }>('kept').insertOne({ _id }));
const kept = (uri: string) => asking(uri, (client) => client.db('codeferry').collection('kept').countDocuments());

test('the database of npm start lets nobody in without its password, over restarts, and one from before it had one goes on with its rows', async () => {
  const dataDir = newFolder();
  const running: EmbeddedMongo[] = [];
  const start = async (options: { password?: string }) => {
    const mongo = await startEmbeddedMongo({ dataDir, ...options });
    running.push(mongo);
    return mongo;
  };
  try {
    const before = await start({});
    await insert(before.uri, 'from-before');
    const stranger = { pwd: 'of-a-stranger', roles: [{ role: 'root', db: 'admin' }] };
    for (const db of ['admin', 'another']) {
      await asking(before.uri, (client) => client.db(db).command({ createUser: `stranger-of-${db}`, ...stranger }));
    }
    await before.stop();
    for (const id of ['first', 'second']) {
      const mongo = await start({ password });
      await insert(mongo.uri, id);
      expect(argumentsOf(mongo.pid)).not.toContain(password);
      await expect(insert(mongoUri(mongo.port, 'codeferry'), 'a-stranger')).rejects.toThrow(/authenticat|auth/i);
      await expect(insert(mongoUri(mongo.port, 'codeferry', 'guessed'), 'a-stranger')).rejects.toThrow(/auth/i);
      // Whom somebody made while it asked for none.
      for (const db of ['admin', 'another']) {
        const uri = `mongodb://stranger-of-${db}:of-a-stranger@127.0.0.1:${mongo.port}/?directConnection=true&authSource=${db}`;
        await expect(insert(uri, 'a-stranger')).rejects.toThrow(/auth/i);
      }
      await mongo.stop();
    }
    const last = await start({ password });
    expect(await kept(last.uri)).toBe(3);
  } finally {
    await Promise.all(running.map((mongo) => mongo.stop()));
  }
}, 180_000);

test("the Temporal UI is told its codec's address by a file that its owner alone reads", async () => {
  const dataDir = newFolder();
  const codecEndpoint = 'http://127.0.0.1:1/codec/a-secret-that-nobody-sees';
  const temporal = await startEmbeddedTemporal({ dataDir, uiPort: await freePort(), codecEndpoint });
  try {
    expect(argumentsOf(temporal.pid)).not.toContain('a-secret-that-nobody-sees');
    expect(statSync(join(dataDir, 'temporal-ui.yaml')).mode & 0o777).toBe(0o600);
    await until('the UI knows it', async () => {
      const settings = await fetch(`${temporal.uiUrl}/api/v1/settings`).catch(() => undefined);
      return (await settings?.text())?.includes(codecEndpoint) === true;
    });
  } finally {
    await temporal.stop();
  }
}, 120_000);
