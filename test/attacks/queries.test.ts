import { z } from 'zod';
import type { Route } from '../../src/contract/route';
import { routes } from '../../src/contract/routes';
import type { TestIssuer } from '../support/issuer';
import { often } from '../support/long-form';
import { platformOfFile } from '../support/platform-of-file';
import { type Attack, createAttack, marker } from './attack';
import { createSender } from './sender';

const file = platformOfFile({ sandboxAllow: [] });
const triesOfRoute = often(8, 200);
const atOnce = 8;

const attacked = routes.filter(({ method, who }) => (method === 'get' || method === 'delete') && who !== 'session');

/** Texts of a URL in place of one of its parts. */
const parts: readonly string[] = [
  ...[
    '',
    '%00',
    '%ff',
    '%c0%ae',
    '%',
    '%zz',
    '%2e%2e',
    '..',
    '.',
    '%2f',
    '%5c',
    '%0d%0aX-A:%201',
    '%e2%80%ae',
    '*',
    '~',
    '$',
    '[]',
  ],
  ...[
    '-1',
    '0',
    '1',
    '101',
    '1e2',
    '1.5',
    '9007199254740993',
    'NaN',
    'true',
    'null',
    'undefined',
    '2026-02-30',
    '9999-12-31T23:59:59Z',
  ],
  ...[
    '%7B%22%24gt%22%3A%22%22%7D',
    '(a%2B)%2B%24',
    '__proto__',
    'constructor',
    '%3Cscript%3E',
    '%27%20or%201%3D1--',
    'x'.repeat(3_000),
    marker,
  ],
  ...[
    'delivered',
    'page',
    'EUR',
    'eyJhIjoxfQ',
    'AAAA',
    'eyJ1cGRhdGVkQXQiOnt9LCJfaWQiOnsiJG5lIjpudWxsfX0',
    '%F0%9F%98%80',
  ],
];

const namesOf = ({ query }: Route): readonly string[] =>
  query ? Object.keys((z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }).properties ?? {}) as object) : [];

/** A stream and a call that waits would keep the attacker waiting. */
const isWaiting = (name: string): boolean => name.startsWith('wait');

const targetOf = (route: Route, known: Readonly<Record<string, string>>, { below, pick }: Attack): string => {
  const path = route.path.replaceAll(/\{(\*?)(\w+)\}/g, (_all, _rest, name: string) =>
    below(3) === 0 || known[name] === undefined ? pick(parts) || 'x' : (known[name] ?? 'x'),
  );
  const names = [...namesOf(route).filter((name) => !isWaiting(name)), 'x', 'limit', 'cursor', '__proto__'];
  const count = below(4);
  const query = Array.from(
    { length: count },
    () => `${pick(names)}${pick(['=', '=', '=', '[]=', '[$gt]='])}${pick(parts)}`,
  );
  return query.length > 0 ? `${path}?${query.join(pick(['&', '&', ';', '&&']))}` : path;
};

test('queries and parts of paths that are none are refused as declared, or find nothing: no fault', async () => {
  const attack = createAttack('queries and paths');
  const send = createSender(file.platform, attack);
  let issuer: TestIssuer = await file.issuer();
  await issuer.place('attacked');
  for (const route of attacked) {
    for (let sent = 0; sent < triesOfRoute; sent += atOnce) {
      const known = { issuerId: issuer.issuerId, orderNo: 'attacked' };
      const heard = await Promise.all(
        Array.from({ length: atOnce }, () => {
          const target = targetOf(route, known, attack);
          // As a client resolves it before it signs: `..` is no part of a path.
          const { pathname, search } = new URL(target, file.platform.baseUrl);
          return send(route, `${pathname}${search}`, issuer);
        }),
      );
      if (heard.some(({ code }) => code === 'rate_limited' || code === 'signature_invalid')) {
        issuer = await file.issuer();
        await issuer.place('attacked');
      }
    }
  }
  expect(attack.end()).toEqual([]);
  expect(attack.count('body_invalid', 'path_unknown', 'order_unknown')).toBeGreaterThan(attacked.length);
  expect((await issuer.place('after')).status).toBe(201);
});
