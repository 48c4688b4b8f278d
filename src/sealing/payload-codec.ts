import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { KeyRing } from './key-ring';

const encoding = Buffer.from('binary/encrypted');
const context = 'temporal-payload';

/** Given to the Temporal client, the workers, replays and the codec endpoint: the engine stores only sealed payloads. */
export const createPayloadCodec = (ring: KeyRing): PayloadCodec => ({
  encode: async (payloads) =>
    payloads.map((payload) => ({
      metadata: { encoding },
      data: ring.seal(temporal.api.common.v1.Payload.encode(payload).finish(), context),
    })),
  decode: async (payloads) => payloads.map((payload) => (isSealed(payload) ? open(ring, payload) : payload)),
});

const isSealed = (payload: Payload): boolean =>
  payload.metadata?.encoding !== undefined && Buffer.from(payload.metadata.encoding).equals(encoding);

const open = (ring: KeyRing, payload: Payload): Payload =>
  temporal.api.common.v1.Payload.decode(ring.open(payload.data ?? new Uint8Array(), context));
