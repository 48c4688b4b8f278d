import { type Answer, read } from './platform';

export interface PortalBrowser {
  readonly cookie: string;
  readonly csrf: string;
  readonly name: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: object, headers?: Record<string, string>): Promise<Answer>;
}

/** As a browser does: the link's button, and then the session that it leaves. */
export const signInByLink = async (url: string, baseUrl: string): Promise<PortalBrowser> => {
  const used = await fetch(url, { method: 'POST', redirect: 'manual' });
  if (used.status !== 303) throw new Error(`the link was answered with ${used.status}`);
  const cookie = used.headers.get('set-cookie')?.split(';')[0] ?? '';
  const session = (await read(fetch(`${baseUrl}/v1/portal/session`, { headers: { cookie } }))).body;
  return {
    cookie,
    csrf: session.csrf,
    name: session.name,
    get: (path) => read(fetch(`${baseUrl}${path}`, { headers: { cookie } })),
    post: (path, body, headers = {}) =>
      read(
        fetch(`${baseUrl}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', cookie, 'x-csrf-token': session.csrf, ...headers },
          body: JSON.stringify(body),
        }),
      ),
  };
};
