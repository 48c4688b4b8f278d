import type { readIssuer } from '../contract/operator/issuers';
import type { GivenBody } from '../contract/route';
import type { Field, Values } from './dialog';
import type { Child } from './dom';
import { line } from './parts';
import { timeTag } from './time';

type IssuerAnswer = GivenBody<typeof readIssuer>;

/** How an issuer's server is called: what the dialogs that make and change an issuer ask for, and what its page says of it. */
export const callFields = (issuer: Partial<IssuerAnswer>): Field[] => [
  {
    name: 'callTimeoutSeconds',
    label: 'Seconds that a callback may take',
    kind: 'number',
    value: issuer.callTimeoutSeconds,
    placeholder: '8',
    min: 1,
    max: 30,
  },
  {
    name: 'ordersPerSecond',
    label: 'New orders a second',
    kind: 'number',
    value: issuer.ordersPerSecond,
    placeholder: 'no limit of its own',
    min: 1,
    max: 10_000,
    help: 'By each api process. What comes beyond it is refused, to be sent again.',
  },
  {
    name: 'callHeaders',
    label: 'Headers of its callbacks',
    kind: 'lines',
    placeholder: 'X-Api-Key: …',
    help: `One a line. They are kept sealed and cannot be read again${issuer.callHeaders ? `; these are set: ${issuer.callHeaders.join(', ')}. What is written here takes their place` : ''}.`,
  },
  ...(issuer.callHeaders ? [{ name: 'noHeaders', label: 'Send none of them any more', kind: 'check' } as const] : []),
  {
    name: 'callCa',
    label: 'Its own certificate authority (PEM)',
    kind: 'lines',
    value: issuer.callCa,
    help: 'Trusted for its callbacks beside the public ones.',
  },
  ...certificateFields(issuer),
];

/** What an issuer may set of it by itself. */
export const certificateFields = ({ callCertificate }: Partial<IssuerAnswer>): Field[] => [
  {
    name: 'certificate',
    path: '/callCertificate/certificate',
    label: 'Certificate shown to the server (PEM)',
    kind: 'lines',
    help: `For mTLS, with the key below${callCertificate ? `. What is written here takes the place of ${callCertificate.subject}` : ''}.`,
  },
  {
    name: 'certificateKey',
    path: '/callCertificate/key',
    label: 'Its key (PEM)',
    kind: 'lines',
    help: 'Without a passphrase. It is kept sealed and cannot be read again.',
  },
  ...(callCertificate ? [{ name: 'noCertificate', label: 'Show none any more', kind: 'check' } as const] : []),
];

export const certificateOf = ({ certificate = '', certificateKey = '', noCertificate }: Values) => {
  if (certificate !== '' || certificateKey !== '') return { callCertificate: { certificate, key: certificateKey } };
  return noCertificate ? { callCertificate: null } : {};
};

const ofCalls: ReadonlySet<string> = new Set([
  ...['callTimeoutSeconds', 'callHeaders', 'noHeaders', 'callCa'],
  ...['certificate', 'certificateKey', 'noCertificate'],
]);

/** An issuer that fetches its messages is not called, so it is not asked for them. */
export const isOfCalls = (name: string): boolean => ofCalls.has(name);

/** An empty line is no header; one without a colon goes over as it is and is refused with its name. */
const headersIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const [name = '', ...value] = line.split(':');
        return [name.trim(), value.join(':').trim()];
      }),
  );

export const callSettingsOf = (values: Values, issuer: Partial<IssuerAnswer>) => ({
  ...(values.callTimeoutSeconds === undefined ? {} : { callTimeoutSeconds: values.callTimeoutSeconds as number }),
  ...(values.ordersPerSecond === undefined ? {} : { ordersPerSecond: values.ordersPerSecond as number }),
  ...(values.callHeaders || values.noHeaders ? { callHeaders: headersIn(values.callHeaders ?? '') } : {}),
  ...(values.callCa === undefined || values.callCa === (issuer.callCa ?? '').trim()
    ? {}
    : { callCa: values.callCa as string }),
  ...certificateOf(values),
});

export const callFacts = (issuer: IssuerAnswer): Child => [
  issuer.callTimeoutSeconds !== undefined && line('A callback may take', `${issuer.callTimeoutSeconds} s`),
  issuer.callHeaders && line('Own headers', issuer.callHeaders.join(', ')),
  issuer.callCa && line('Trusts', 'its own certificate authority, too'),
  issuer.callCertificate &&
    line(
      'Certificate shown',
      `${issuer.callCertificate.subject}, until `,
      timeTag(issuer.callCertificate.endsAt, issuer.callCertificate.endsAt.slice(0, 10)),
    ),
  issuer.ordersPerSecond !== undefined && line('New orders', `${issuer.ordersPerSecond} a second by each api`),
];
