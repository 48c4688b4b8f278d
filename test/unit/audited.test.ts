import { createAuditedByIssuer } from '../../src/api/issuer/audited';
import { createAuditTrails } from '../../src/operator/audit-trail';

type Given = Parameters<typeof createAuditedByIssuer>[0];

test.each([
  ['test-0123456789abcdef0123', 200],
  ['acme', 10_000],
])('what %s does of itself is written down %i times a day, and not begun beyond', async (issuerId, limit) => {
  const left: number[] = [];
  const audited = createAuditedByIssuer({
    audit: createAuditTrails({
      audit: {} as never,
      inTurn: (_actor, work) => work(),
      nowMs: () => 0,
      log: {} as never,
    }),
    dayCounts: {
      require: async ({ name, limit: most }: { name: string; limit: number }) => {
        expect(name).toBe(`audited/${issuerId}`);
        left.push(most);
        if (left.length > 1) throw new Error('used up');
      },
    } as unknown as Given['dayCounts'],
    nowMs: () => 0,
  });
  const work = jest.fn(async () => 'done');
  expect(await audited({ issuer: { _id: issuerId } }, work)).toBe('done');
  await expect(audited({ issuer: { _id: issuerId } }, work)).rejects.toThrow('used up');
  expect([left, work.mock.calls.length]).toEqual([[limit, limit], 1]);
});

test('whoever uses up an issuer’s changes keeps nobody from ending its secret', async () => {
  const used: string[] = [];
  const audited = createAuditedByIssuer({
    audit: { ofIssuer: () => (_deed: unknown, run: () => Promise<unknown>) => run() } as never,
    dayCounts: { require: async ({ name }: { name: string }) => void used.push(name) } as unknown as Given['dayCounts'],
    nowMs: () => 0,
  });
  const actor = { issuer: { _id: 'acme' } };
  await audited(actor, async () => undefined);
  await audited(actor, async () => undefined, 'secret');
  expect(used).toEqual(['audited/acme', 'audited/acme/secret']);
});

test('a person at the issuer’s own page who changes without end keeps its server from no change, such as putting them out', async () => {
  const used: string[] = [];
  const audited = createAuditedByIssuer({
    audit: { ofIssuer: () => (_deed: unknown, run: () => unknown) => run() } as never,
    dayCounts: { require: async ({ name }: { name: string }) => void used.push(name) } as unknown as Given['dayCounts'],
    nowMs: () => 0,
  });
  const issuer = { _id: 'acme' };
  const held: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => held.push(resolve));
  const person = { name: 'eve', role: 'admin' } as const;
  const running = [1, 2].map(() => audited({ issuer, session: person }, work));
  await expect(audited({ issuer, session: person }, work)).rejects.toMatchObject({ code: 'rate_limited' });
  expect(await audited({ issuer }, async () => 'put out')).toBe('put out');
  for (const end of held) end();
  await Promise.all(running);
  expect(used).toEqual(['audited/acme/page', 'audited/acme/page', 'audited/acme']);
});
