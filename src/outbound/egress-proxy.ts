import { type ClientRequest, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP, isIPv6, type Socket } from 'node:net';

/** The proxy's own trouble, not that of who was to be called. */
export class ProxyFailed extends Error {
  override readonly name = 'ProxyFailed';
  readonly code = 'PROXY_FAILED';
}

/**
 * EGRESS_PROXY: tunnels by CONNECT. It is asked for addresses, never for names: what the guard let pass is what is reached.
 * It is the operator's own, so that no guard stands before its own address.
 */
export const createEgressProxy = (proxyUrl: string) => {
  const url = new URL(proxyUrl);
  const request = url.protocol === 'https:' ? requestTls : requestPlain;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const login = [url.username, url.password].map(decodeURIComponent).join(':');
  const authorization =
    url.username === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };

  return {
    connect: (
      address: string,
      port: number,
      done: (error: ProxyFailed | null, socket: Socket | null) => void,
    ): ClientRequest => {
      const authority = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
      return request({
        agent: false,
        host,
        // Otherwise it would be that of the `host` header: whom the tunnel leads to.
        servername: isIP(host) === 0 ? host : '',
        port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
        method: 'CONNECT',
        path: authority,
        headers: { host: authority, ...authorization },
      })
        .once('connect', ({ statusCode = 0 }, socket: Socket) => {
          if (statusCode >= 200 && statusCode < 300) {
            done(null, socket.setNoDelay(true));
          } else {
            socket.destroy();
            done(new ProxyFailed(`the proxy answered ${statusCode}`), null);
          }
        })
        .once('error', (error) => done(new ProxyFailed('no tunnel', { cause: error }), null))
        .end();
    },
  };
};

export type EgressProxy = ReturnType<typeof createEgressProxy>;
