/** Only what was changed is sent, so that two people do not undo each other. */
export const differing = <Settings extends object>(settings: Settings, before: object): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => !same(value, before[name as keyof typeof before])),
  ) as Partial<Settings>;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * For a call that replaces all, as it is saved: what is there by then, with what somebody changed of what the form was
 * drawn from. What others set meanwhile stays.
 */
export const withChanges = <Settings extends object>(there: Settings, drawn: object, wanted: object): Settings => {
  const changed: Record<string, unknown> = { ...(there as Fields) };
  const [was, is] = [drawn as Fields, wanted as Fields];
  for (const name of Object.keys({ ...was, ...is })) {
    if (same(is[name], was[name])) continue;
    const [now, before = {}, after = {}] = [changed[name], was[name], is[name]];
    const isNested = isFields(now) && isFields(before) && isFields(after);
    const value = isNested ? withChanges(now, before, after) : is[name];
    if (value === undefined || (isNested && Object.keys(value as object).length === 0)) delete changed[name];
    else changed[name] = value;
  }
  return changed as Settings;
};

const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(a) === JSON.stringify(b) ||
  (typeof a === 'object' &&
    typeof b === 'object' &&
    a !== null &&
    b !== null &&
    Object.keys(a).length === Object.keys(b).length &&
    Object.entries(a).every(([key, value]) => same(value, (b as Record<string, unknown>)[key])));
