/** What the issuer did in place of what is expected. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
}
