import { readComparison } from '../../contract/operator/comparison';
import { comparedWords } from '../../domain/words/why-compared';
import type { Comparisons } from '../../store/comparisons';
import type { Mount } from '../edge/mount';

/** What the daily look at all sides found. */
export const mountComparison = (mount: Mount, comparisons: Pick<Comparisons, 'newest'>, nowMs: () => number): void => {
  mount.operator(readComparison)(async () => {
    const row = await comparisons.newest(new Date(nowMs()));
    if (!row) return { status: 200, body: {} };
    const { _id, at, findings, ...rest } = row;
    const newest = {
      ...rest,
      at: at.toISOString(),
      findings: findings.map((finding) => ({ ...finding, ...comparedWords[finding.kind] })),
    };
    return { status: 200, body: { newest } };
  });
};
