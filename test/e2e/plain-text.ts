import type { Payload, PayloadCodec } from '@temporalio/common';

const escapedAscii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Base64 of a text that stands inside a longer one: what it looks like at each of the three places it can start. */
const base64Within = (bytes: Buffer): string[] =>
  [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    return whole.toString('base64').slice(first, Math.floor((whole.length * 8) / 6));
  });

/** Every way in which a secret may lie about: as it is, escaped once and twice, in an address, in hex, in base64. */
export const formsOf = (secret: string | Buffer): Buffer[] => {
  const bytes = Buffer.from(secret as string);
  const json = (text: string): string => JSON.stringify(text).slice(1, -1);
  const text = typeof secret === 'string' ? secret : undefined;
  const base64 = [...base64Within(bytes), ...(text === undefined ? [] : base64Within(Buffer.from(json(text))))];
  const forms = [
    ...(text === undefined
      ? []
      : [text, json(text), json(json(text)), escapedAscii(json(text)), encodeURIComponent(text)]),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [bytes, ...[...new Set(forms)].map((form) => Buffer.from(form))];
};

/** Names of the secrets that show in the text. */
export const showing = (haystack: Buffer, secrets: ReadonlyMap<string, string | Buffer>): string[] =>
  [...secrets].filter(([, secret]) => formsOf(secret).some((form) => haystack.includes(form))).map(([name]) => name);

/** All texts and bytes in a value of the engine's, with every sealed payload opened. */
export const openedText = async (value: unknown, codec: PayloadCodec): Promise<Buffer> => {
  const parts: Buffer[] = [];
  const visit = async (at: unknown): Promise<void> => {
    if (typeof at === 'string') parts.push(Buffer.from(at));
    else if (at instanceof Uint8Array) parts.push(Buffer.from(at));
    else if (Array.isArray(at)) for (const item of at) await visit(item);
    else if (typeof at === 'object' && at !== null) {
      if (isPayload(at)) for (const { data } of await codec.decode([at])) parts.push(Buffer.from(data ?? []));
      for (const [key, item] of Object.entries(at)) {
        parts.push(Buffer.from(key));
        await visit(item);
      }
    }
  };
  await visit(value);
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
};

const isPayload = (value: object): value is Payload =>
  Reflect.get(value, 'metadata')?.encoding instanceof Uint8Array && Reflect.get(value, 'data') instanceof Uint8Array;
