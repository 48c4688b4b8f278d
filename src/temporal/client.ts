import { Client, type ClientOptions, Connection } from '@temporalio/client';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { noTracing, type Tracing } from '../tracing/tracing';
import { traceInterceptors } from './trace-interceptors';

/** The same for client, workers and replays: payloads and failure texts are sealed before they reach the engine. */
export const dataConverterWith = (codec: PayloadCodec): DataConverter => ({
  payloadCodecs: [codec],
  failureConverterPath: require.resolve('./failure-converter'),
});

export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
}

/** An engine on this machine is never asked through a proxy (`http_proxy`), which would look for it on its own. */
export const directWhenLoopback = (address: string): { readonly 'grpc.enable_http_proxy'?: 0 } =>
  /^(localhost|127\.[\d.]+|\[::1\]):\d+$/.test(address) ? { 'grpc.enable_http_proxy': 0 } : {};

/** Connects at the first call, so that the api starts while the engine is away. */
export const openTemporalClient = (
  { address, namespace }: TemporalAddress,
  codec: PayloadCodec,
  tracing: Tracing = noTracing,
): Client =>
  new Client({
    connection: Connection.lazy({
      address,
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
