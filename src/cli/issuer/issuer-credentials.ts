import { issuerIdPattern } from '../../domain/ids';
import { wrongUsage } from '../exit';

export interface IssuerCredentials {
  readonly url: string;
  readonly issuerId: string;
  readonly secret: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Never an argument, as every user of a machine can see those. */
export const secretOf = (env: Env): string => {
  const secret = env.CODEFERRY_ISSUER_SECRET;
  if (!secret) throw wrongUsage('Set CODEFERRY_ISSUER_SECRET to the secret of the issuer (whsec_…).');
  return secret;
};

/** Of an issuer, which are not those of an operator. */
export const issuerCredentials = (env: Env, given: { url?: string; issuer?: string }): IssuerCredentials => {
  const url = given.url ?? env.CODEFERRY_URL;
  if (!url || !URL.canParse(url)) throw wrongUsage('Which platform? Set CODEFERRY_URL, or give --url.');
  const issuerId = given.issuer ?? env.CODEFERRY_ISSUER;
  if (!issuerId || !issuerIdPattern.test(issuerId)) {
    throw wrongUsage('Which issuer? Set CODEFERRY_ISSUER to its id, or give --issuer.');
  }
  return { url, issuerId, secret: secretOf(env) };
};
