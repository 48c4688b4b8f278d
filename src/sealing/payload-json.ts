import type { Payload, PayloadCodec } from '@temporalio/common';

/** A payload as protobuf's JSON writes it: bytes are base64. */
export interface PayloadJson {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly data?: string | undefined;
}

export type DecodePayloads = (payloads: readonly PayloadJson[]) => Promise<PayloadJson[]>;

/** Called by the codec endpoint, for the Temporal UI. */
export const createDecodePayloads =
  (codec: PayloadCodec): DecodePayloads =>
  async (payloads) =>
    (await codec.decode(payloads.map(fromJson))).map(toJson);

const fromJson = ({ metadata, data }: PayloadJson): Payload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
  ),
  data: Buffer.from(data ?? '', 'base64'),
});

const toJson = ({ metadata, data }: Payload): PayloadJson => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? new Uint8Array()).toString('base64'),
});
