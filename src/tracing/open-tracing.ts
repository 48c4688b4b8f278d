import type * as Otel from './otel';
import { noTracing, type Tracing } from './tracing';

/** Called by the roots. The packages are loaded here, and not at all without an endpoint. */
export const openTracing = (endpoint: string | undefined, service: string): Tracing => {
  if (endpoint === undefined) return noTracing;
  const { createOtelTracing }: typeof Otel = require('./otel');
  return createOtelTracing(endpoint, service);
};
