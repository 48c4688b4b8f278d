import type { Client } from '@temporalio/client';
import { createKeyRing, parseMasterKeys } from '../../src/sealing/key-ring';
import { createPayloadCodec } from '../../src/sealing/payload-codec';
import { openTemporalClient } from '../../src/temporal/client';

/** A look into the engine of a run, for counters and for whoever reads a red run: no verdict rests on it. */
export const askEngine = async <T>(
  { temporalAddress, masterKey }: { readonly temporalAddress: string; readonly masterKey: string },
  ask: (client: Client) => Promise<T>,
): Promise<T> => {
  const codec = createPayloadCodec(createKeyRing(parseMasterKeys(masterKey)));
  const client = openTemporalClient({ address: temporalAddress, namespace: 'default', tls: false }, codec);
  try {
    return await ask(client);
  } finally {
    await client.connection.close();
  }
};
