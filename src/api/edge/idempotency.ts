import { Failure, isKeptAnswer } from '../../domain/failures';
import { fingerprint, type KeyRing, SealBroken, sha256 } from '../../sealing/key-ring';
import { places } from '../../sealing/places';
import type { Requests } from '../../store/requests';
import { failureOf } from './problems';

export interface Idempotency {
  readonly requests: Requests;
  readonly ring: KeyRing;
  /** Of what tells one body from another: a body may hold a PIN or a short code, and nobody else can try which. */
  readonly bodyKey: Uint8Array;
  readonly nowMs: () => number;
}

export interface KeptAnswer {
  readonly status: number;
  readonly body: string;
  readonly isProblem: boolean;
  readonly isReplay: boolean;
  readonly retryAfterSeconds?: number;
}

/** What a handler answers: one of its route's declared answers. */
interface GivenAnswer {
  readonly status: number;
  readonly body?: object | undefined;
  readonly retryAfterSeconds?: number;
  readonly isKept?: boolean;
}

/** `former`: kept by an earlier build, for 30 days. @throws SealBroken */
const opened = (ring: KeyRing, sealed: Buffer, place: string, former: string): string => {
  try {
    return ring.open(sealed, place).toString();
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    return ring.open(sealed, former).toString();
  }
};

export interface RequestName {
  readonly issuerId: string;
  readonly webhookId: string;
  readonly path: string;
  readonly raw: Buffer;
}

/**
 * Runs `handle` at most once at a time per webhook-id and repeats kept answers. What it keeps is sealed: an Order carries
 * the pick-up link. An answer that could not be kept is not given: judged anew it may differ, as a 201 becomes a 200.
 *
 * @throws Failure `idempotency_mismatch`, `in_progress`, and what is not kept.
 */
export const once = async (
  { requests, ring, bodyKey, nowMs }: Idempotency,
  { issuerId, webhookId, path, raw }: RequestName,
  handle: () => Promise<GivenAnswer>,
  asProblem: (failure: Failure) => string,
): Promise<KeptAnswer> => {
  const id = `${issuerId}/${webhookId}`;
  const bodyHash = fingerprint(bodyKey, raw);
  const reserved = await requests.reserve(id, path, bodyHash, nowMs(), () => sha256(raw));
  switch (reserved.kind) {
    case 'mismatch':
      throw new Failure('idempotency_mismatch');
    case 'running':
      throw new Failure('in_progress', { retryAfterSeconds: 1 });
    case 'kept': {
      const { status, sealedBody } = reserved.answer;
      const body = opened(ring, sealedBody, places.answerTo(id, path, reserved.bodyHash, status), places.answer(id));
      return { status, body, isProblem: status >= 400, isReplay: true };
    }
    default:
      break;
  }
  /** By another api's clock this lease may have ended while the handler ran: whoever took the request up answers it. */
  const expectOurs = (isOurs: boolean): void => {
    if (!isOurs) throw new Failure('in_progress', { retryAfterSeconds: 1 });
  };
  const keep = async (status: number, body: string): Promise<void> => {
    const sealed = ring.seal(Buffer.from(body), places.answerTo(id, path, bodyHash, status));
    expectOurs(await requests.keep(id, reserved.leaseUntil, status, sealed));
  };
  try {
    const answer = await handle();
    const body = JSON.stringify(answer.body);
    if (isKeptAnswer(answer.status, false) && answer.isKept !== false) await keep(answer.status, body);
    else expectOurs(await requests.reopen(id, reserved.leaseUntil));
    const { status, retryAfterSeconds } = answer;
    return {
      status,
      body,
      isProblem: false,
      isReplay: false,
      ...(retryAfterSeconds !== undefined ? { retryAfterSeconds } : {}),
    };
  } catch (error) {
    const failure = failureOf(error);
    if (!isKeptAnswer(failure.status, failure.retryable)) {
      await requests.reopen(id, reserved.leaseUntil).catch(() => undefined);
      throw error;
    }
    const body = asProblem(failure);
    await keep(failure.status, body);
    return { status: failure.status, body, isProblem: true, isReplay: false };
  }
};
