import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { searchAttributeNames } from '../../src/order-messages/order-attributes';

const namespace = 'default';

const inEngine = async <T>({ address }: EmbeddedTemporal, run: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await Connection.connect({ address });
  try {
    return await run(connection);
  } finally {
    await connection.close();
  }
};

test('an embedded engine with the data of an older version gets the search attributes that it lacks', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'codeferry-older-engine-'));
  let engine = await startEmbeddedTemporal({ dataDir });
  try {
    const lacked = searchAttributeNames.filter((name) => name !== 'IssuerId');
    await inEngine(engine, ({ operatorService }) =>
      operatorService.removeSearchAttributes({ namespace, searchAttributes: lacked }),
    );
    await engine.stop();
    engine = await startEmbeddedTemporal({ dataDir });
    const { customAttributes } = await inEngine(engine, ({ operatorService }) =>
      operatorService.listSearchAttributes({ namespace }),
    );
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(searchAttributeNames));
  } finally {
    await engine.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
