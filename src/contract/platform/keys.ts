import { z } from 'zod';
import { declareRoute } from '../route';

/** The public half of a key that signs deliveries. */
export const publicKey = {
  id: z.string(),
  algorithm: z.literal('ed25519'),
  publicKey: z.string().regex(/^whpk_[A-Za-z0-9+/]{43}=$/),
};

export const listKeys = declareRoute({
  method: 'get',
  path: '/v1/keys',
  name: 'listKeys',
  who: 'anyone',
  summary: 'The public keys by which a webhook terminal checks a delivery',
  answers: {
    200: {
      says: 'The keys: one of them fits',
      body: z.strictObject({ keys: z.array(z.strictObject(publicKey)) }).meta({
        id: 'PublicKeys',
        examples: [
          {
            keys: [
              { id: 'key-1', algorithm: 'ed25519', publicKey: 'whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=' },
            ],
          },
        ],
      }),
    },
  },
  problems: [],
});
