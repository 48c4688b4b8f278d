import { createHmac } from 'node:crypto';
import { newSecret } from '../../signing/keys';
import type { Play } from '../play';
import type { Scenario } from '../scenario';
import { bytesOfMessage, type How, isRefusal, newMessageId, shownResult, signedCall } from '../sending';

const verifyFirst =
  'Check the signature over the raw bytes of the body, with the public Standard Webhooks library, before anything is read; answer 401.';
const otherSecret = newSecret();

const signedCalls = {
  kind: 'url',
  why: 'Fetched messages have no signature: the issuer asked for them, and knows whom.',
} as const;

const refused = (
  name: string,
  says: string,
  how: (play: Play, body: Buffer, id: string) => How,
  fix = verifyFirst,
): Scenario => ({
  name: `signature-${name}`,
  callback: signedCalls,
  expected: `A message ${says} is refused with 401 and nothing is done about it`,
  fix,
  play: async (play) => {
    const orderNo = await play.order();
    const message = await play.paid(orderNo);
    const id = newMessageId();
    const result = await play.send(message, { says, id, ...how(play, bytesOfMessage(message), id) });
    play.expect(isRefusal(result), `the answer was ${shownResult(result)}`);
    await play.quiet(orderNo);
  },
});

const taken = (name: string, says: string, how: (play: Play) => How, fix: string): Scenario => ({
  name: `signature-${name}`,
  callback: signedCalls,
  expected: `A message ${says} is taken, and its order verified`,
  fix,
  play: async (play) => {
    await play.verified(await play.order(), { says, ...how(play) });
  },
});

const tolerance =
  'Refuse a webhook-timestamp that is more than 300 s away from your clock, and keep that clock by NTP.';
const several =
  'webhook-signature is a list, parted by blanks: the message is right when one entry of version v1 fits one of your secrets.';

export const signatures: readonly Scenario[] = [
  refused('missing', 'without a signature', () => ({
    sentHeaders: ({ 'content-type': type = '' }) => ({ 'content-type': type }),
  })),
  refused('other-secret', 'signed with another secret', () => ({ secrets: [otherSecret] })),
  refused('other-body', 'whose body was changed after it was signed', () => ({
    sentBody: (signed) => Buffer.from(signed.toString().replace('"quantity":1', '"quantity":2')),
  })),
  refused(
    'other-spelling',
    'whose body says the same in other bytes than were signed',
    () => ({
      sentBody: (signed) => Buffer.from(signed.toString().replace(',"timestamp"', ', "timestamp"')),
    }),
    'Sign the bytes as they came: JSON that was parsed and written again is not what was signed.',
  ),
  refused('other-id', 'whose webhook-id was changed after it was signed', () => ({
    sentHeaders: (signed) => ({ ...signed, 'webhook-id': newMessageId() }),
  })),
  refused('other-time', 'whose webhook-timestamp was changed after it was signed', () => ({
    sentHeaders: (signed) => ({ ...signed, 'webhook-timestamp': String(Number(signed['webhook-timestamp']) - 1) }),
  })),
  refused('old', 'signed rightly ten minutes ago', () => ({ skewSeconds: -600 }), tolerance),
  refused('ahead', 'signed rightly, dated ten minutes ahead', () => ({ skewSeconds: 600 }), tolerance),
  refused('garbled', 'whose signature is no base64', () => ({ signature: () => 'v1,%%%' })),
  refused('empty', 'whose signature is empty', () => ({ signature: () => 'v1,' })),
  refused(
    'other-version',
    'signed rightly, under another version',
    () => ({
      signature: (right) => right.replaceAll('v1,', 'v2,'),
    }),
    several,
  ),
  refused(
    'empty-key',
    'signed with an empty key',
    (_play, body, id) => ({
      sentHeaders: (signed) => {
        const text = Buffer.concat([Buffer.from(`${id}.${signed['webhook-timestamp']}.`), body]);
        return { ...signed, 'webhook-signature': `v1,${createHmac('sha256', '').update(text).digest('base64')}` };
      },
    }),
    'Stop at the start when the secret is not set, and take the bytes of the base64 behind whsec_ as the key.',
  ),
  taken('clock-behind', 'whose clock is four minutes behind', () => ({ skewSeconds: -240 }), tolerance),
  taken('clock-ahead', 'whose clock is four minutes ahead', () => ({ skewSeconds: 240 }), tolerance),
  taken(
    'rotation-first',
    'signed with its secret and then with another, as in a rotation',
    ({ secrets }) => ({
      secrets: [...secrets, otherSecret],
    }),
    several,
  ),
  taken(
    'rotation-second',
    'signed with another secret and then with its own, as in a rotation',
    ({ secrets }) => ({
      secrets: [otherSecret, ...secrets],
    }),
    several,
  ),
  taken(
    'version-beside',
    'with a signature of an unknown version before its own',
    () => ({
      signature: (right) => `v9,bm90IHlvdXJz ${right}`,
    }),
    several,
  ),
  taken(
    'header-case',
    'whose headers are written in capitals',
    () => ({
      sentHeaders: (signed) =>
        Object.fromEntries(Object.entries(signed).map(([key, value]) => [key.toUpperCase(), value])),
    }),
    'Names of HTTP headers have no case.',
  ),
  {
    name: 'signature-of-the-next',
    callback: signedCalls,
    expected: 'A signature that was right for one message is refused with the body of another',
    fix: verifyFirst,
    play: async (play) => {
      const [first, second] = [await play.order(), await play.order()];
      const id = newMessageId();
      const { headers } = signedCall(bytesOfMessage(await play.paid(first)), id, play.secrets, Date.now(), {});
      const says = 'with the headers of a message about another order';
      const result = await play.send(await play.paid(second), { id, says, sentHeaders: () => headers });
      play.expect(isRefusal(result), `the answer was ${shownResult(result)}`);
      await play.quiet(second);
    },
  },
];
