import { createHash, hkdfSync } from 'node:crypto';
import type { OidcSettings } from '../../domain/operator';

export interface OidcKeys {
  /** Signs the sessions of those who signed in at the provider. */
  readonly session: Buffer;
  /** Gives state, nonce and verifier of a sign-in that is under way. */
  readonly attempt: Buffer;
}

/**
 * Called once by the app. Neither the operator token nor the client secret is enough to make a session in somebody's name;
 * another provider, client or mapping of roles ends all that were signed in by the former.
 */
export const oidcKeys = (settings: OidcSettings, operatorToken: string): OidcKeys => {
  const { clientSecret, ...rest } = settings;
  const salt = createHash('sha256').update(JSON.stringify(rest)).digest();
  const key = (purpose: string): Buffer =>
    Buffer.from(
      hkdfSync('sha256', JSON.stringify([operatorToken, clientSecret]), salt, `codeferry oidc ${purpose} 1`, 32),
    );
  return { session: key('sessions'), attempt: key('attempts') };
};
