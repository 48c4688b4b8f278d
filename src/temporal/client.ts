import {
  Client,
  type ClientOptions,
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  type GrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { noTracing, type Tracing } from '../tracing/tracing';
import { traceInterceptors } from './trace-interceptors';

/** `seals`: what it writes is sealed, and then failures are too. */
interface SealingCodec extends PayloadCodec {
  readonly seals: boolean;
}

/** The same for client, workers and replays. */
export const dataConverterWith = (codec: SealingCodec): DataConverter => ({
  payloadCodecs: [codec],
  failureConverterPath: require.resolve(codec.seals ? './sealing-failure-converter' : './failure-converter'),
});

export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
  /** False: a plain connection. */
  readonly tls: NonNullable<ConnectionOptions['tls']>;
}

/** An engine on this machine is never asked through a proxy (`http_proxy`), which would look for it on its own. */
export const directWhenLoopback = (address: string): { readonly 'grpc.enable_http_proxy'?: 0 } =>
  /^(localhost|127\.[\d.]+|\[::1\]):\d+$/.test(address) ? { 'grpc.enable_http_proxy': 0 } : {};

const retries = defaultGrpcRetryOptions();
const workflowClosesMs = 20;

/**
 * The engine turns a question away while its workflow tries to close: what came in with the first attempt (the answer to a
 * code request, while the issuer refuses) makes it go through its last task again. That is over in milliseconds, and the
 * client would wait for 1.4 to 2 s as if the engine were overloaded.
 */
export const engineRetries: GrpcRetryOptions = {
  ...retries,
  delayFunction: (attempt, status) =>
    /workflow is closing/i.test(status.details)
      ? workflowClosesMs * 2 ** (attempt - 1)
      : retries.delayFunction(attempt, status),
};

/** Connects at the first call, so that the api starts while the engine is away. */
export const openTemporalClient = (
  { address, namespace, tls }: TemporalAddress,
  codec: SealingCodec,
  tracing: Tracing = noTracing,
): Client =>
  new Client({
    connection: Connection.lazy({
      address,
      tls,
      interceptors: [makeGrpcRetryInterceptor(engineRetries)],
      channelArgs: {
        ...directWhenLoopback(address),
        'grpc.keepalive_time_ms': 10_000,
        'grpc.keepalive_timeout_ms': 5_000,
        // grpc-js would wait up to two minutes before it tries an engine again that has been back for long.
        'grpc.initial_reconnect_backoff_ms': 200,
        'grpc.max_reconnect_backoff_ms': 2_000,
      },
    }),
    namespace,
    dataConverter: dataConverterWith(codec),
    ...interceptorsFor(tracing),
  });

/** None where nothing is traced. */
export const interceptorsFor = (tracing: Tracing): Pick<ClientOptions, 'interceptors'> =>
  tracing === noTracing ? {} : { interceptors: traceInterceptors(tracing) };
