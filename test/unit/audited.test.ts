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
