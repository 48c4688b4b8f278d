import { issuerIdPattern } from '../../domain/ids';
import { wrongUsage } from '../exit';
import { addressOf, runningUrl } from '../find-platform';
import { type Env, keptIssuer, keptUrl } from './kept-issuers';

export interface IssuerCredentials {
  readonly url: string;
  readonly issuerId: string;
  readonly secret: string;
}

export interface IssuerPlace {
  readonly env: Env;
  /** Of `npm start`. */
  readonly dataDir: string;
  /** As said in the command. */
  readonly url?: string | undefined;
  readonly issuer?: string | undefined;
}

/** What was said, then where the last login was, then what runs in this project. */
export const issuerPlatform = ({ env, dataDir, url }: IssuerPlace): string => {
  const chosen = url ?? (env.CODEFERRY_URL || undefined) ?? keptUrl(env) ?? runningUrl(dataDir, 'publicUrl');
  if (chosen === undefined) {
    throw wrongUsage('Which platform? Set CODEFERRY_URL, give --url, or `npx codeferry login --url …` first.');
  }
  return addressOf(chosen);
};

const saidIssuer = ({ env, issuer }: IssuerPlace): string | undefined => {
  const said = issuer ?? (env.CODEFERRY_ISSUER || undefined);
  if (said !== undefined && !issuerIdPattern.test(said)) throw wrongUsage('That is no id of an issuer.');
  return said;
};

/** Of a server that no platform knows yet. */
export const secretOf = (env: Env): string => {
  const secret = env.CODEFERRY_ISSUER_SECRET;
  if (!secret) throw wrongUsage('Set CODEFERRY_ISSUER_SECRET to the secret of the issuer (whsec_…).');
  return secret;
};

/** What the environment says; never an argument, as every user of a machine can see those. */
export const saidCredentials = (place: IssuerPlace): IssuerCredentials | undefined => {
  const issuerId = saidIssuer(place);
  const secret = place.env.CODEFERRY_ISSUER_SECRET || undefined;
  if (secret === undefined) return undefined;
  if (issuerId === undefined) throw wrongUsage('Which issuer? Set CODEFERRY_ISSUER to its id, or give --issuer.');
  return { url: issuerPlatform(place), issuerId, secret };
};

/** Of an issuer, which are not those of an operator. A kept secret goes to the platform that it was kept for only. */
export const issuerCredentials = (place: IssuerPlace): IssuerCredentials => {
  const said = saidCredentials(place);
  if (said) return said;
  const url = issuerPlatform(place);
  const kept = keptIssuer(place.env, url);
  const issuerId = saidIssuer(place);
  if (kept && (issuerId === undefined || issuerId === kept.issuerId)) return { url, ...kept };
  throw wrongUsage(
    `No secret of ${issuerId ?? 'an issuer'} for ${url}: \`npx codeferry login\`, or set CODEFERRY_ISSUER and CODEFERRY_ISSUER_SECRET.`,
  );
};
