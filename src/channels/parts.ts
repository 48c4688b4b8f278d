/** As many codes as one message takes; `part` is absent where one message takes all. */
export interface CodesPart<C> {
  readonly codes: readonly C[];
  readonly part?: { readonly n: number; readonly of: number };
}

/** The same codes in the same order always make the same parts. */
export const partsOf = <C>(codes: readonly C[], codesPerMessage: number): CodesPart<C>[] => {
  if (codes.length <= codesPerMessage) return [{ codes }];
  const of = Math.ceil(codes.length / codesPerMessage);
  return Array.from({ length: of }, (_, at) => ({
    codes: codes.slice(at * codesPerMessage, (at + 1) * codesPerMessage),
    part: { n: at + 1, of },
  }));
};
