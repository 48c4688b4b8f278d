import { createCheckHost } from '../../activities/check-host';
import { hostToken } from '../../src/sealing/host-token';
import { createAudit } from '../../src/store/audit';

type Deps = Parameters<typeof createCheckHost>[0];

test('what the platform does by itself is not done either while its intent cannot be written down', async () => {
  const callback = { kind: 'url', url: 'https://acme.example/callback' } as const;
  const hostCheck = { origin: 'https://acme.example', askedAt: new Date(0) };
  const fingerprintKey = Buffer.alloc(32, 1);
  const token = hostToken(fingerprintKey, 'acme', 'acme.example');
  const nobody = { sort: () => nobody, limit: () => nobody, toArray: async () => [] };
  const insertOne = async () => {
    throw new Error('no room');
  };
  const prove = jest.fn(async () => true);
  const { checkHost } = createCheckHost({
    issuers: { findEver: async () => ({ _id: 'acme', callback, hostCheck }), isUntouched: async () => true, prove },
    outbound: { getFile: async () => ({ kind: 'answered', status: 200, truncated: false, body: Buffer.from(token) }) },
    orderDeps: { fingerprintKey },
    lookupTxt: async () => ({ kind: 'failed', reason: 'none' }),
    audit: createAudit({ audit: { find: () => nobody, insertOne } as never }, (text) => text),
    nowMs: () => 0,
  } as unknown as Deps);
  await expect(checkHost({ issuerId: 'acme' })).rejects.toThrow('no room');
  expect(prove).not.toHaveBeenCalled();
});
