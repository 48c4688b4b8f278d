/** Why a call got no answer; written into timelines and metrics, so the list is closed and short. */
export const callFailureReasons = [
  'timeout',
  'connection_refused',
  'unreachable',
  'name_unresolved',
  'address_forbidden',
  'url_invalid',
  'tls',
  'reset',
  'proxy',
  'answer_malformed',
  'answer_too_large',
  'network',
  'over_limit',
  'breaker_open',
] as const;

export type CallFailureReason = (typeof callFailureReasons)[number];

const reasonOfCode: Readonly<Record<string, CallFailureReason>> = {
  ADDRESS_FORBIDDEN: 'address_forbidden',
  TLS_FAILED: 'tls',
  PROXY_FAILED: 'proxy',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  LOOKUP_TIMEOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'name_unresolved',
  EAI_AGAIN: 'name_unresolved',
  LOOKUPS_BUSY: 'name_unresolved',
  EAI_FAIL: 'name_unresolved',
  EAI_NODATA: 'name_unresolved',
  EAI_NONAME: 'name_unresolved',
  HPE_HEADER_OVERFLOW: 'answer_too_large',
};

/** Without a connection these say that the host cannot be reached, whatever its address is; others may be our own doing. */
const ofTheHost: readonly CallFailureReason[] = [
  'timeout',
  'connection_refused',
  'unreachable',
  'name_unresolved',
  'tls',
  'reset',
];
/** Names that the issuer has looked up beside may be why: no other issuer's calls to this host are to suffer for it. */
const ofTheIssuer: readonly unknown[] = ['LOOKUP_TIMEOUT', 'LOOKUPS_BUSY'];

export const isOfTheHost = (reason: CallFailureReason, { code }: { readonly code?: unknown }): boolean =>
  ofTheHost.includes(reason) && !ofTheIssuer.includes(code);

/** Undefined for what is no failure of the other side: a fault of ours, which must not count against it. */
export const callFailureReason = (error: Error & { code?: unknown }): CallFailureReason | undefined => {
  const code = typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('ERR_INVALID_')) return undefined;
  return reasonOfCode[code] ?? (code.startsWith('HPE_') ? 'answer_malformed' : 'network');
};

/** The caller's own stop, such as a worker that drains: never a failure of the issuer. */
export class CallAborted extends Error {
  override readonly name = 'AbortError';

  constructor(cause: unknown) {
    super('the call was aborted by its caller', { cause });
  }
}
