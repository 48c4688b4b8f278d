import { changedSecrets, correctedTerminal } from '../../src/channels/terminals';

const [first, second] = [`whsec_${'A'.repeat(32)}`, `whsec_${'B'.repeat(32)}`];
const webhook = { channel: 'webhook', url: 'https://shop.example/hook', secret: first } as const;

test('a webhook keeps its secret at the same server, and no other server is given it', () => {
  const moved = { channel: 'webhook', url: 'https://shop.example/other-hook' } as const;
  expect(correctedTerminal(moved, webhook)).toEqual({ ...moved, secret: first });
  const elsewhere = { channel: 'webhook', url: 'https://thief.example/hook' } as const;
  expect(correctedTerminal(elsewhere, webhook)).toEqual(elsewhere);
  expect(changedSecrets(elsewhere, webhook)).toEqual({ secretsDropped: ['secret'] });
  expect(correctedTerminal({ ...elsewhere, secret: second }, webhook)).toEqual({ ...elsewhere, secret: second });
});

test('a PIN stays with the order’s page, wherever its link is sent, and another one takes its place', () => {
  const mail = { channel: 'email', address: 'buyer@shop.example', pin: '4711' } as const;
  expect(correctedTerminal({ channel: 'email', address: 'other@shop.example' }, mail)).toMatchObject({ pin: '4711' });
  expect(correctedTerminal({ channel: 'page', pin: '0815' }, mail)).toMatchObject({ pin: '0815' });
  expect(correctedTerminal({ channel: 'webhook', url: webhook.url }, mail)).not.toHaveProperty('pin');
});
