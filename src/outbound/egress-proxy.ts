import { type ClientRequest, request } from 'node:http';
import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { oneHandshake, startBoundedTls } from './bounded-tls';

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
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port) || (isTls ? 443 : 80);
  const login = [url.username, url.password].map(decodeURIComponent).join(':');
  const authorization =
    url.username === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };

  return {
    connect: (
      address: string,
      portThere: number,
      done: (error: ProxyFailed | null, socket: Socket | null) => void,
    ): ClientRequest => {
      const authority = isIPv6(address) ? `[${address}]:${portThere}` : `${address}:${portThere}`;
      return request({
        createConnection: () => {
          const socket = connect({ host, port });
          if (!isTls) return socket;
          // Otherwise it would be that of the `host` header: whom the tunnel leads to.
          const name = isIP(host) === 0 ? { servername: host } : { host };
          const options = { ...name, ...oneHandshake, ALPNProtocols: ['http/1.1'] };
          return startBoundedTls(socket, options, (letIn) => letIn());
        },
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
