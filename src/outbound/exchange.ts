import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CallAborted, type CallFailureReason, callFailureReason, isOfTheHost } from './call-failures';
import type { Pool } from './connection-pool';
import { type Place, placeOfUrl } from './connector';
import { HandshakesSpent } from './handshakes';
import { createStatusReader } from './status-line';

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** The issuer, where it has rights of its own. */
  readonly owner?: string | undefined;
  /** The issuer for which it is called. */
  readonly asker?: string | undefined;
  readonly slotKey?: string | undefined;
  readonly ca?: string | undefined;
  readonly own?: Place['own'];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  readonly timeLimitMs: number;
  /** Decoded bytes of the body that are read. Left out: the status line is the answer, and nothing after it is waited for. */
  readonly answerLimitBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Nothing was sent, and the other side is not to blame. */
export interface NotSent {
  readonly kind: 'not_sent';
  readonly retryAfterMs: number;
}

export type Outcome =
  | NotSent
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Only those that somebody reads. */
      readonly headers: Readonly<Partial<Record<'retry-after' | 'content-type', string>>>;
      readonly body: Buffer;
      /** There was more of a body that was to be read, or what came of it is not whole. */
      readonly truncated: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly reason: CallFailureReason;
      /** No connection could be made: other addresses at that host fare no better. */
      readonly isHostDown: boolean;
    };

type Answered = Extract<Outcome, { kind: 'answered' }>;

const readHeaders = ['retry-after', 'content-type'] as const;
const headerValueMax = 256;
/** Of an answer that nobody reads so much is taken off the connection, in this time, so that it can be used again. */
const drainedMaxBytes = 64 * 1024;
const drainLimitMs = 500;
/** Of informational answers before the one that counts: each is parsed, and no limit of a head is for all of them. */
const beforeAnswerMaxBytes = 144 * 1024;
/** However few bytes a piece of a chunked body has, it costs as much as one of this size. */
const pieceMinBytes = 64;
/**
 * Also of what brings no byte of a body, head and trailer: each record of TLS is a piece, and the parser copies all that it
 * has of an unfinished line with each. More than any server makes that writes its head byte by byte.
 */
const piecesAllowed = 1_024;

const keptHeaders = ({ headers }: IncomingMessage): Answered['headers'] =>
  Object.fromEntries(
    readHeaders.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value.slice(0, headerValueMax)]] : [];
    }),
  );

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** 202 and 204 say that there is nothing to read yet. */
const hasBodyToRead = (status: number): boolean => isSuccess(status) && status !== 202 && status !== 204;

/**
 * One request and as much of its answer as is needed, under one time limit from the name's lookup on. A 2xx status line is
 * success whatever follows it; bodies are read for those who ask.
 */
export const exchange = (pool: Pool, call: Exchange): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    let sent: ClientRequest | undefined;
    let isOver = false;
    let status: number | undefined;

    const end = (act: () => void) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      act();
    };
    const answered = (answer: Partial<Answered>) =>
      end(() =>
        resolve({
          kind: 'answered',
          status: status ?? 0,
          headers: {},
          body: Buffer.alloc(0),
          truncated: call.answerLimitBytes !== undefined,
          ...answer,
        }),
      );
    const broken = (reason: CallFailureReason, isHostDown = false) => {
      if (status !== undefined) answered({});
      else end(() => resolve({ kind: 'failed', reason, isHostDown }));
    };
    const onAbort = () => {
      end(() => reject(new CallAborted(call.signal?.reason)));
      sent?.destroy();
    };
    const timer = setTimeout(() => {
      broken('timeout');
      sent?.destroy();
    }, call.timeLimitMs);
    call.signal?.addEventListener('abort', onAbort, { once: true });

    const onFailure = (
      request: ClientRequest,
      error: Error & { code?: unknown },
      { hasSocket, hasAnswer }: { hasSocket: boolean; hasAnswer: boolean },
    ): void => {
      if (isOver) return;
      const reason = callFailureReason(error);
      if (error instanceof HandshakesSpent) {
        end(() => resolve({ kind: 'not_sent', retryAfterMs: error.retryAfterMs }));
      } else if (reason === undefined) {
        end(() => reject(error));
      } else if (reason === 'reset' && request.reusedSocket && !hasAnswer) {
        // Its server closed the connection in the moment in which it was used again: the request was not taken.
        send({ isFresh: true });
      } else {
        broken(reason, !hasSocket && isOfTheHost(reason, error));
      }
    };

    const onResponse = (request: ClientRequest, response: IncomingMessage): void => {
      status = response.statusCode ?? 0;
      const headers = keptHeaders(response);
      if (call.answerLimitBytes !== undefined && hasBodyToRead(status) && !isOver) {
        readBody(response, call.answerLimitBytes, (body, truncated) => {
          answered({ headers, body, truncated });
          if (truncated) request.destroy();
        });
        return;
      }
      if (!isOver) endSoon(request);
      answered({ headers, truncated: false });
      drain(request, response);
    };

    const send = ({ isFresh }: { isFresh: boolean }): void => {
      const readStatus = createStatusReader();
      let hasSocket = false;
      let hasAnswer = false;
      let hasResponse = false;
      let beforeAnswerBytes = 0;
      let leftPieces = piecesAllowed;
      const onBytes = (chunk: Buffer): void => {
        hasAnswer = true;
        status ??= readStatus(chunk);
        beforeAnswerBytes += hasResponse ? 0 : chunk.length;
        leftPieces -= 1;
        if (beforeAnswerBytes > beforeAnswerMaxBytes || leftPieces < 0) {
          // Of an answer that is known this ends the rest.
          if (!hasResponse) broken('answer_too_large');
          request.destroy();
          return;
        }
        if (status === undefined || !isSuccess(status)) return;
        if (isOver || (call.answerLimitBytes !== undefined && hasBodyToRead(status))) return;
        answered({ truncated: false });
        endSoon(request);
      };
      const request = pool.send({
        method: call.method,
        place: placeOfUrl(call.url, call),
        path: call.url.pathname + call.url.search,
        headers: { 'accept-encoding': 'identity', ...call.headers },
        isFresh,
      });
      sent = request;
      request.on('socket', (socket: Socket) => {
        hasSocket = true;
        // Before the parser, which tells nothing of a head that it cannot read to its end.
        socket.prependListener('data', onBytes);
        request.once('close', () => socket.off('data', onBytes));
      });
      request.once('response', (response) => {
        hasResponse = true;
        response.on('data', () => {
          leftPieces = piecesAllowed;
        });
        onResponse(request, response);
      });
      // An answer in another protocol is told by nothing else.
      request.once('close', () => hasResponse || sent !== request || broken('reset'));
      request.on('error', (error) => onFailure(request, error, { hasSocket, hasAnswer }));
      request.end(call.body);
    };

    try {
      send({ isFresh: false });
    } catch (error) {
      end(() => reject(error));
    }
  });

/** What is still to come of an answer that is known. */
const endSoon = (request: ClientRequest): void => {
  const timer = setTimeout(() => request.destroy(), drainLimitMs);
  request.once('close', () => clearTimeout(timer));
};

const drain = (request: ClientRequest, response: IncomingMessage): void => {
  const isBeyond = createReceived(drainedMaxBytes);
  response
    .on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      if (isBeyond(chunk)) request.destroy();
    });
};

/** Tells with which chunk more was received than may be, in bytes or in pieces. */
const createReceived = (limitBytes: number) => {
  let leftBytes = limitBytes;
  let leftPieces = piecesAllowed + limitBytes / pieceMinBytes;
  return (chunk: Buffer): boolean => {
    leftBytes -= chunk.length;
    leftPieces -= 1;
    return leftBytes < 0 || leftPieces < 0;
  };
};

/** To its end, or to the limit of its decoded bytes. */
const readBody = (
  response: IncomingMessage,
  limitBytes: number,
  done: (body: Buffer, truncated: boolean) => void,
): void => {
  // Asked not to, some compress all the same.
  const isCompressed = /^(x-)?gzip$/i.test(response.headers['content-encoding']?.trim() ?? '');
  const decoded = isCompressed ? createGunzip() : new PassThrough();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const isBeyond = createReceived(limitBytes);
  const end = (truncated: boolean): void => {
    done(Buffer.concat(chunks), truncated);
    if (truncated) decoded.destroy();
  };
  decoded.on('data', (chunk: Buffer) => {
    // A copy: a piece holds all that came with it over the connection.
    chunks.push(Buffer.from(chunk.subarray(0, Math.max(0, limitBytes - sizeBytes))));
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) end(true);
  });
  decoded.on('end', () => end(false)).on('error', () => end(true));
  // Much may be compressed into few bytes, and nothing at all into many.
  response.on('data', (chunk: Buffer) => {
    if (isBeyond(chunk)) end(true);
  });
  response.on('error', () => undefined).on('close', () => response.complete || end(true));
  response.pipe(decoded);
};
