import { declareRoute, type Route } from '../route';

/** What operators' browsers follow. No page here holds anything: all data comes from the operators' calls. */
const page = <const Path extends Route['path']>(path: Path, name: string, mediaType: string, status = 200) =>
  declareRoute({
    method: 'get',
    path,
    name,
    who: 'anyone',
    tag: 'operator',
    sides: ['operators'],
    isForBrowsers: true,
    summary: 'A page of operators, or what it needs',
    answers: { [status]: { says: 'What is there', mediaType } },
    problems: [],
  });

export const consolePage = page('/operator', 'consolePage', 'text/html');
export const consolePageSlash = page('/operator/', 'consolePageSlash', 'text/html', 308);
export const consoleFile = page('/operator/assets/{version}/{*file}', 'consoleFile', 'application/octet-stream');
export const docsPage = page('/docs', 'docsPage', 'text/html');
export const docsViewer = page('/docs/viewer', 'docsViewer', 'text/html');
const docsSub = page('/docs/{page}', 'docsSubpage', 'text/html');
const noPage = { says: 'A page that says so', mediaType: 'text/html' };
export const docsSubpage = { ...docsSub, answers: { ...docsSub.answers, 404: noPage } };

const oidc = '/v1/operator/console/oidc';

/** Mounted where an OpenID provider is configured. */
export const startOidc = page(`${oidc}/start`, 'startOidc', 'text/html', 302);
export const endOidc = page(`${oidc}/callback`, 'endOidc', 'text/html', 302);
/** Called by the provider itself (OpenID Connect Back-Channel Logout 1.0). */
export const logOutOidc = declareRoute({
  method: 'post',
  path: `${oidc}/logout`,
  name: 'logOutOidc',
  who: 'anyone',
  tag: 'operator',
  sides: ['operators'],
  isForBrowsers: true,
  limitBytes: 16 * 1_024,
  summary: 'The OpenID provider tells that somebody signed out there',
  answers: { 200: { says: 'Their sessions are ended' } },
  problems: ['body_malformed', 'rate_limited'],
});
