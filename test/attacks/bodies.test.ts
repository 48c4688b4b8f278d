import type { Route } from '../../src/contract/route';
import { routes } from '../../src/contract/routes';
import type { TestIssuer } from '../support/issuer';
import { often } from '../support/long-form';
import { platformOfFile } from '../support/platform-of-file';
import { type Attack, createAttack, marker } from './attack';
import { garbled, misshapen } from './misshapen';
import { sampleOf } from './sample-of';
import { createSender } from './sender';

const file = platformOfFile({ sandboxAllow: [] });
const triesOfRoute = often(6, 200);
const atOnce = 6;
const leavesIt: ReadonlySet<unknown> = new Set(['signature_invalid', 'rate_limited']);
const orderNo = 'attacked';

/** Whoever has a browser's session sends the same bodies to the same handlers. */
const attacked = routes.filter(({ who, body, lines }) => (body ?? lines) && who !== 'session' && who !== 'portal');
/** Wrong tokens and new issuers of the sandbox have limits by address, which are attacked elsewhere. */
const isLimited = ({ name }: Route): boolean => ['signIn', 'createSandboxIssuer'].includes(name);

const pathOf = (path: string, issuerId: string): string =>
  path
    .replace('{issuerId}', issuerId)
    .replace('{orderNo}', orderNo)
    .replaceAll(/\{\w+\}/g, 'nothing-has-this-name');

let theirs: TestIssuer;
const seenByThem = async () => [(await theirs.order('theirs')).body, (await theirs.get('/orders')).body];

const play = async (attack: Attack, changed: (right: string, attack: Attack) => Buffer): Promise<void> => {
  const send = createSender(file.platform, attack);
  const newIssuer = async (): Promise<TestIssuer> => {
    // What an operator may, he may: what he set for all is set back.
    await file.platform.operator('PUT', '/maintenance', { on: false });
    await file.platform.operator('PUT', '/settings', {});
    const issuer = await file.issuer();
    expect((await issuer.place(orderNo)).status).toBe(201);
    return issuer;
  };
  let issuer = await newIssuer();
  const before = await seenByThem();
  for (const route of attacked) {
    const right = route.lines?.example ?? JSON.stringify(sampleOf(route));
    const tries = isLimited(route) ? 2 : triesOfRoute;
    for (let sent = 0; sent < tries; sent += atOnce) {
      const bodies = Array.from({ length: Math.min(atOnce, tries - sent) }, () => changed(right, attack));
      const target = pathOf(route.path, issuer.issuerId);
      const heard = await Promise.all(bodies.map((body) => send(route, target, issuer, body)));
      // Its secret, or itself, may be another since, or its share is used up.
      if (heard.some(({ status, code }) => status < 300 || leavesIt.has(code))) issuer = await newIssuer();
    }
  }
  expect(await seenByThem()).toEqual(before);
};

beforeAll(async () => {
  theirs = await file.issuer();
  expect((await theirs.place('theirs')).status).toBe(201);
  await theirs.inState('theirs', 'notified');
});

afterAll(() => {
  expect(file.platform.logText()).not.toContain(marker);
});

test('there is a body to be changed', () => expect(attacked.length).toBeGreaterThan(40));

test.each([
  ['misshapen bodies', misshapen],
  ['garbled bodies', garbled],
] as const)(
  '%s at every call are refused as declared, or taken: no fault, nothing of another is touched',
  async (name, changed) => {
    const attack = createAttack(name);
    await play(attack, changed);
    expect(attack.end()).toEqual([]);
    // Something is really read, and not put off or kept out.
    expect(attack.count('body_invalid', 'body_malformed')).toBeGreaterThan((attacked.length * triesOfRoute) / 3);
    const after = `after-${name.split(' ')[0]}`;
    expect((await theirs.place(after)).status).toBe(201);
    await theirs.inState(after, 'notified');
  },
);
