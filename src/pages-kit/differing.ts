/** Only what was changed is sent, so that two people do not undo each other. */
export const differing = <Settings extends object>(settings: Settings, before: object): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => !same(value, before[name as keyof typeof before])),
  ) as Partial<Settings>;

const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(a) === JSON.stringify(b) ||
  (typeof a === 'object' &&
    typeof b === 'object' &&
    a !== null &&
    b !== null &&
    Object.keys(a).length === Object.keys(b).length &&
    Object.entries(a).every(([key, value]) => same(value, (b as Record<string, unknown>)[key])));
