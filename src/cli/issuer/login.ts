import { createIssuerClient } from '../../../packages/issuer/src/issuer-client';
import { ProblemError } from '../../../packages/issuer/src/problem-error';
import { CommandEnd, exitCodes } from '../exit';
import { plain } from '../plain-text';
import { createCall } from '../platform-call';
import { type IssuerPlace, issuerPlatform, saidCredentials } from './issuer-credentials';
import { forgetIssuer, type KeptIssuer, keepIssuer, keptIssuer, keptIssuersPath } from './kept-issuers';

export interface LoginOptions {
  readonly place: IssuerPlace;
  readonly callback: Readonly<Record<string, string>>;
  readonly codeMode: string;
  /** A test issuer that is kept is left alone. */
  readonly makesNew: boolean;
  readonly limitMs: number;
  readonly out: (text: string) => void;
}

/** Given credentials are tried; without any a test issuer is made, where none like it is kept. */
export const login = async ({ place, callback, codeMode, makesNew, limitMs, out }: LoginOptions): Promise<void> => {
  const url = issuerPlatform(place);
  const said = saidCredentials(place);
  const selfOf = (one: KeptIssuer) =>
    createIssuerClient({ baseUrl: url, triesMax: 3, tryLimitMs: limitMs, ...one }).readSelf();
  let issuer: KeptIssuer;
  let next: NextSteps = { isFetching: callback.kind === 'pull', isTest: true };
  const kept = said || makesNew ? undefined : keptIssuer(place.env, url);
  const self = kept && (await selfOf(kept).catch(goneOrThrown));
  if (said) {
    const { issuerId, callback: called, mode } = await selfOf(said);
    issuer = { issuerId, secret: said.secret };
    next = { isFetching: called.kind === 'pull', isTest: mode === 'test' };
    keepIssuer(place.env, url, issuer);
    out(`${issuerId} at ${url}: its secret fits.`);
  } else if (kept && self?.mode === 'test' && self.codeMode === codeMode && isSame(self.callback, callback)) {
    keepIssuer(place.env, url, kept);
    out(
      `${kept.issuerId} at ${url}: your test issuer as before, which ends ${plain(self.endsAt)}; --new makes another.`,
    );
  } else {
    const call = createCall(() => ({ url, token: undefined }), limitMs);
    const { status, body } = await call('POST', '/v1/sandbox/issuers', { open: true, body: { callback, codeMode } });
    if (status !== 201) throw new CommandEnd(exitCodes.refused, refusal(status, body));
    issuer = { issuerId: String(body.issuerId), secret: String(body.secret) };
    keepIssuer(place.env, url, issuer);
    out(`${plain(issuer.issuerId)} at ${url}: a test issuer, which ends ${plain(body.endsAt)}.`);
  }
  out(`Its secret is in ${keptIssuersPath(place.env)}: your server needs it too.`);
  const steps = nextSteps(next);
  if (steps) out(`Next: ${steps}`);
};

/** A test issuer is deleted after 30 days. */
const goneOrThrown = (error: unknown): undefined => {
  if (!(error instanceof ProblemError) || error.code !== 'signature_invalid') throw error;
};

const isSame = (a: { kind: string; url?: string }, b: Readonly<Record<string, string>>): boolean =>
  a.kind === b.kind && a.url === b.url;

interface NextSteps {
  readonly isFetching: boolean;
  readonly isTest: boolean;
}

const nextSteps = ({ isFetching, isTest }: NextSteps): string =>
  [
    isFetching && 'npx codeferry listen --forward http://localhost:3000/callback',
    isTest && 'npx codeferry trigger order.paid',
  ]
    .filter(Boolean)
    .join(', then ');

// biome-ignore lint/suspicious/noExplicitAny: a newer api may say more
const refusal = (status: number, { code, detail, errors = [] }: any): string =>
  code === 'path_unknown'
    ? 'This platform has no sandbox: set CODEFERRY_ISSUER and CODEFERRY_ISSUER_SECRET to an issuer of yours.'
    : [`Refused: ${plain(code)} (${status}) ${plain(detail)}`]
        .concat(errors.map(({ path, message }: Record<string, unknown>) => `  ${plain(path)}: ${plain(message)}`))
        .join('\n');

export const logout = ({ place, out }: Pick<LoginOptions, 'place' | 'out'>): void => {
  const url = issuerPlatform(place);
  const forgotten = forgetIssuer(place.env, url);
  out(forgotten ? `${plain(forgotten.issuerId)} at ${url} is forgotten here.` : `Nothing was kept for ${url}.`);
};
