import { fewOfEachIssuer } from '../../worker/report-presence';

test('one issuer’s open circuits leave room to those of others, and are the same ones while none is closed', () => {
  const terminals = Array.from(
    { length: 300 },
    (_, n) => `terminal:acme:https://${String(n).padStart(3, '0')}.example#x`,
  );
  const others = ['acme', 'bob', 'host:https://a.example#bob', 'terminal:zoe:https://z.example#y'];
  const told = fewOfEachIssuer([...terminals.toReversed(), ...others]);
  expect(told).toEqual(['acme', 'bob', 'host:https://a.example#bob', ...terminals.slice(0, 4), others[3]]);
  expect(fewOfEachIssuer([...others, ...terminals])).toEqual(told);
});
