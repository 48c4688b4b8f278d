import type { z } from 'zod';
import { routes } from '../../src/contract/routes';
import { actionNames } from '../../src/domain/judge/actions';
import { type ActionField, operatorActionEntries } from '../../src/domain/operator-actions';

const bodyOf = (action: string): z.ZodType => {
  const route = routes.find(({ path }) => path === `/v1/operator/orders/{issuerId}/{orderNo}/${action}`);
  if (!route?.body) throw new Error(`no call for ${action}`);
  expect(route).toMatchObject({ method: 'post', who: 'operator' });
  return route.body;
};

const given = (fields: readonly ActionField[]): object =>
  Object.fromEntries(
    fields.map(({ name, kind, choices }) => [
      name,
      kind === 'list' ? ['1'] : kind === 'seconds' ? 60 : kind === 'count' ? 1 : (choices?.[0]?.[0] ?? '1'),
    ]),
  );

test('every action of an operator is declared once, and an order lists when it can be done', () => {
  expect(operatorActionEntries.map(([name]) => name).sort()).toEqual(actionNames('operator').sort());
});

test.each(operatorActionEntries)(
  'console and command give what its call takes, no more and no less: %s',
  (name, declared) => {
    const { fields = [] } = declared;
    const body = bodyOf(name);
    const needed = fields.filter(({ isOptional }) => !isOptional);
    for (const some of [fields, needed]) expect(body.safeParse(given(some)).error?.issues).toBeUndefined();
    for (const field of needed) {
      expect(body.safeParse(given(needed.filter((one) => one !== field))).success).toBe(false);
    }
    for (const { choices = [], name: field } of fields) {
      for (const [value] of choices) expect(body.safeParse({ ...given(fields), [field]: value }).success).toBe(true);
    }
  },
);
