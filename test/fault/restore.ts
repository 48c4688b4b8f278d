import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../src/bounded/free-port';
import { startEmbeddedMongo } from '../../src/dev/embedded-mongo';
import { startEmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { projectFolder } from '../../src/dev/project-folder';
import { startIssuer } from '../support/issuer';
import { type Answer, startPlatform } from '../support/platform';
import { reconcileOnce } from '../support/reconcile';

/** Played by hand: copies of engine and database from two moments are put together, and it is told what becomes of each order. */
const orderNos = ['verified-before', 'partial-later', 'ends-later', 'notified-before', 'placed-later'];
const settleMs = 3_000;
const say = (...words: unknown[]): void => void process.stdout.write(`${words.map(String).join(' ')}\n`);
const told = ({ status, body }: Answer): string => `${status} ${JSON.stringify(body.code ?? body.verdict ?? body)}`;

const play = async (folder: string): Promise<void> => {
  process.env.TEST_WORKFLOW_BUNDLE = join(projectFolder, 'dist', 'workflow-bundle.js');
  const dataDir = join(folder, 'data');
  const [temporalPort, mongoPort] = [await freePort(), await freePort()];
  const up = () =>
    Promise.all([
      startEmbeddedTemporal({ dataDir, port: temporalPort }),
      startEmbeddedMongo({ dataDir, port: mongoPort }),
    ]);
  let servers = await up();
  const { kind, uri } = servers[1];
  const down = () => Promise.all(servers.map((server) => server.stop(4_000)));
  const platform = await startPlatform({
    temporalAddress: servers[0].address,
    mongodbUri: uri,
    databaseName: 'codeferry',
  });
  const copy = async (name: string): Promise<void> => {
    await platform.stopWorkers();
    await down();
    cpSync(dataDir, join(folder, name), { recursive: true });
  };
  const issuer = await startIssuer(platform, { issueWindowSeconds: 3_000, verifyWindowSeconds: 3_000 });
  const { orderDeps } = platform.core;
  const reconcile = () => reconcileOnce(platform);
  const show = async (when: string): Promise<void> => {
    for (const orderNo of orderNos) {
      const { status, body } = await issuer.order(orderNo);
      const facts = await orderDeps.gateway.readFacts({ issuerId: issuer.issuerId, orderNo });
      const row = status === 200 ? `${body.state} ${JSON.stringify(body.codes)}` : status;
      say(when, orderNo, 'row:', row, 'workflow:', facts?.state ?? 'none');
    }
  };

  await issuer.placeVerified('verified-before');
  await issuer.placeVerified('partial-later', { quantity: 2 });
  await issuer.placeVerified('ends-later');
  await issuer.place('notified-before');
  await issuer.inState('notified-before', 'notified');
  await copy('first');
  servers = await up();
  await platform.startWorkers();
  await issuer.submit('partial-later', [{ itemId: 'a', value: 'PARTIAL-A' }]);
  await issuer.submit('ends-later', [{ itemId: 'a', value: 'ENDS' }]);
  await issuer.verify('notified-before');
  await issuer.placeVerified('placed-later');
  await issuer.message('order.delivered', 'ends-later');
  await copy('second');

  for (const [engine, database] of [['first', 'second'] as const, ['second', 'first'] as const]) {
    rmSync(dataDir, { recursive: true });
    cpSync(join(folder, engine), dataDir, { recursive: true });
    rmSync(join(dataDir, kind), { recursive: true });
    cpSync(join(folder, database, kind), join(dataDir, kind), { recursive: true });
    servers = await up();
    await platform.startWorkers();
    say(`== the ${engine} copy of the engine, the ${database} of the database`);
    await show('before:');
    say('a pass:', JSON.stringify(await reconcile()));
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    await show('after:');
    if (database === 'first') say('placed-later again:', told(await issuer.place('placed-later')));
    say('placed-later gives its code:', told(await issuer.submit('placed-later', [{ itemId: 'a', value: 'PLACED' }])));
    say(
      'partial-later gives the rest:',
      told(await issuer.submit('partial-later', [{ itemId: 'b', value: 'PARTIAL-B' }])),
    );
    const noted = [{ itemId: 'a', value: 'NOTED' }];
    say('notified-before gives its code:', told(await issuer.submit('notified-before', noted)));
    say('notified-before verifies:', told(await issuer.verify('notified-before')));
    say('notified-before gives its code:', told(await issuer.submit('notified-before', noted)));
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    await show('end:');
    await platform.stopWorkers();
    await down();
  }
};

play(process.argv[2] as string).then(
  () => process.exit(0),
  (error: unknown) => {
    say(error instanceof Error ? error.stack : error);
    process.exit(1);
  },
);
