import { KeyMalformed, parseSecret, strictBase64 } from '../../signing/keys';
import { bodylessText, signHmac } from '../../signing/sign';
import { verifySignature } from '../../signing/verify';

export interface SignedRequest {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  /** As it went over the wire; undefined: it had none. */
  readonly body?: Buffer;
  /** Of a request without a body. */
  readonly method?: string;
  readonly target?: string;
}

export interface Finding {
  readonly isRight: boolean;
  readonly text: string;
}

const toleranceSeconds = 300;

/** What is wrong with a request of one's own: its headers, clock, key or bytes. */
export const findings = (request: SignedRequest, secret: string, nowMs: number): Finding[] => {
  const key = keyProblem(secret);
  if (key) return [{ isRight: false, text: `key: ${key}` }];
  const body = request.body ?? Buffer.from(bodylessText(request.method ?? 'GET', request.target ?? ''));
  const headers = { id: request.id, timestamp: request.timestamp, signature: request.signature };
  const verdictAt = (atMs: number) => verifySignature({ headers, body, keys: { secrets: [secret] }, nowMs: atMs });
  const verdict = verdictAt(nowMs);
  if (verdict.ok) return [{ isRight: true, text: 'The signature is right: clock, key and bytes fit.' }];
  const found: Finding[] = [];
  const wrong = (text: string) => found.push({ isRight: false, text });
  switch (verdict.reason) {
    case 'header_missing':
      wrong('headers: webhook-id, webhook-timestamp and webhook-signature are all needed');
      return found;
    case 'id_malformed':
      wrong('headers: webhook-id must have 1 to 64 characters of A-Z a-z 0-9 _ -');
      return found;
    case 'timestamp_malformed':
      wrong('clock: webhook-timestamp must be whole seconds since 1970, not milliseconds and not a date');
      return found;
    case 'signature_malformed':
      wrong('headers: webhook-signature is too long, or has more than ten signatures');
      return found;
    case 'timestamp_out_of_range':
      wrong(clockText(Number(request.timestamp), nowMs));
      break;
    default:
      break;
  }
  const atItsTime = verdictAt(Number(request.timestamp) * 1_000);
  found.push(
    atItsTime.ok
      ? { isRight: true, text: 'key and bytes fit' }
      : { isRight: false, text: bytesText(request, secret, body) },
  );
  return found;
};

const keyProblem = (secret: string): string | undefined => {
  try {
    parseSecret(secret);
    return undefined;
  } catch (error) {
    if (!(error instanceof KeyMalformed)) throw error;
    return error.message;
  }
};

const clockText = (seconds: number, nowMs: number): string => {
  const off = seconds - Math.floor(nowMs / 1_000);
  const millis = seconds > 100_000_000_000 ? ' It looks like milliseconds.' : '';
  return `clock: ${Math.abs(off)} s ${off > 0 ? 'ahead of' : 'behind'} this machine; ${toleranceSeconds} s are allowed.${millis}`;
};

/** What people get wrong, tried one by one: the first that explains the signature is told. */
const bytesText = ({ id, timestamp, signature, body: given }: SignedRequest, secret: string, body: Buffer): string => {
  const message = { id, timestampSeconds: Number(timestamp) };
  const isSigned = (bytes: Buffer, key = secret): boolean =>
    signature.includes(signHmac(key, { ...message, body: bytes }).slice('v1,'.length));
  const text = body.toString();
  const asText = `whsec_${Buffer.from(secret).toString('base64')}`;
  if (fitsSize(asText) && isSigned(body, asText)) {
    return 'key: the secret was used as text; its bytes are the base64 behind whsec_';
  }
  const trimmed = Buffer.from(text.trimEnd());
  if (given && isSigned(trimmed)) return 'bytes: a line break at the end was sent and not signed';
  if (given && isSigned(Buffer.from(`${text}\n`))) return 'bytes: a line break at the end was signed and not sent';
  const again = rewritten(text);
  if (given && again !== undefined && isSigned(Buffer.from(again))) {
    return 'bytes: the JSON was written again after it was signed: sign what goes over the wire';
  }
  if (!given && isSigned(Buffer.alloc(0))) {
    return 'bytes: a request without a body signs its method and its target in place of the body: GET /v1/issuers/…';
  }
  const versions = [...signature.matchAll(/(?:^|[\s,])(v[0-9]+[a-z]*)\s*,/g)].map(([, version]) => version);
  if (!versions.includes('v1')) return 'headers: no v1 signature; it is v1, a comma and the base64 of HMAC-SHA256';
  const value = /v1,([^\s,]+)/.exec(signature)?.[1] ?? '';
  if (strictBase64(value)?.length !== 32) return 'headers: the v1 signature is not the standard base64 of 32 bytes';
  return `key or bytes: another secret signed it, or these are not the bytes that were signed (${body.length} of them)`;
};

const fitsSize = (secret: string): boolean => keyProblem(secret) === undefined;

const rewritten = (text: string): string | undefined => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
};

/** `name: value` lines, such as those of `curl -v`. */
export const headersIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^[<>*\s]*([A-Za-z-]+)\s*:\s*(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), (value ?? '').trim()] as const];
    }),
  );
