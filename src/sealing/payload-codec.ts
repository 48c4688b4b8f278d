import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { type KeyRing, SealBroken } from './key-ring';

const encoding = Buffer.from('binary/encrypted');
/** Of a sealed payload's metadata: the namespace and the workflow that it is bound to. The codec endpoint knows no other. */
const placeName = 'place';

/** `seals`: what it writes is sealed. What was sealed before is opened whatever this says. */
export interface SealingCodec extends PayloadCodec {
  readonly seals: boolean;
}

/** Given to the Temporal client, the workers, replays and the codec endpoint. */
export const createPayloadCodec = (ring: KeyRing, seals = false): SealingCodec => ({
  seals,
  encode: async (payloads, context) => {
    const place = placeOf(context);
    return seals ? payloads.map((payload) => seal(ring, payload, place)) : payloads;
  },
  decode: async (payloads, context) => {
    const place = placeOf(context);
    return payloads.map((payload) => (isSealed(payload) ? open(ring, payload, place) : payload));
  },
});

/** An activity that belongs to no workflow is its own place: to a worker such a workflow is called ''. */
const placeOf = (context: SerializationContext | undefined): string | undefined => {
  const id = context?.workflowId || (context?.type === 'activity' ? context.activityId : undefined);
  return id === undefined ? undefined : ofSchedule(`${context?.namespace}/${id}`);
};

/** The engine gives each run of a Schedule what the one before said, and names runs by their time, as no order is named. */
const ofSchedule = (place: string): string => place.replace(/-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, '');

const boundTo = (place: string | undefined): string =>
  place === undefined ? 'temporal-payload' : `temporal-payload:${place}`;

const seal = (ring: KeyRing, payload: Payload, place: string | undefined): Payload => ({
  metadata: { encoding, ...(place === undefined ? {} : { [placeName]: Buffer.from(place) }) },
  data: ring.seal(temporal.api.common.v1.Payload.encode(payload).finish(), boundTo(place)),
});

const isSealed = (payload: Payload): boolean =>
  payload.metadata?.encoding !== undefined && Buffer.from(payload.metadata.encoding).equals(encoding);

/** @throws SealBroken for one that was moved here from another workflow. */
const open = (ring: KeyRing, { metadata, data }: Payload, here: string | undefined): Payload => {
  const place = metadata?.[placeName] && Buffer.from(metadata[placeName]).toString();
  if (place !== undefined && here !== undefined && ofSchedule(place) !== here)
    throw new SealBroken('sealed for another workflow');
  return temporal.api.common.v1.Payload.decode(ring.open(data ?? new Uint8Array(), boundTo(place)));
};
