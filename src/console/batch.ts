import { Problem } from '../pages-kit/ask';
import { progressDialog } from '../pages-kit/dialog';
import type { BatchAnswer } from './answers';
import { api } from './api';
import type { BatchRequest } from './requests';

type Filter = BatchRequest['filter'];
type Action = BatchRequest['action'];

const countPage = 500;
const countLimit = 5_000;
/** Small calls: the progress moves, and stopping takes effect soon. */
const callSize = 25;
const waitsLimit = 60;

/** How many orders a batch would change, page by page up to a limit. */
export const countBatch = async (filter: Filter, action: Action): Promise<{ matched: number; isCapped: boolean }> => {
  let matched = 0;
  let cursor: string | undefined;
  do {
    const page: BatchAnswer = await api.batch({ filter, action, dryRun: true, limit: countPage, cursor });
    matched += page.matched;
    cursor = page.nextCursor;
  } while (cursor && matched < countLimit);
  return { matched, isCapped: cursor !== undefined };
};

/** Runs it call by call with a bar and a way to stop; resolves to what was done until then. */
export const runBatch = async (title: string, batch: Omit<BatchRequest, 'dryRun'>, expected: number) => {
  const failed: BatchAnswer['failed'][number][] = [];
  const result = { matched: 0, changed: 0, failed, isStopped: false };
  const bar = progressDialog({ title, total: expected });
  let cursor: string | undefined;
  try {
    do {
      const page: BatchAnswer = await oneCall({ ...batch, dryRun: false, limit: callSize, cursor });
      result.matched += page.matched;
      result.changed += page.changed;
      result.failed.push(...page.failed);
      cursor = page.nextCursor;
      bar.show(result.matched);
      if (isAway(page)) break;
    } while (cursor && !bar.isStopped());
  } finally {
    bar.close();
  }
  result.isStopped = cursor !== undefined;
  return result;
};

/** The platform stopped by itself: every further order would fail in the same way. */
const isAway = ({ changed, failed }: BatchAnswer): boolean =>
  changed === 0 && failed.length > 0 && failed.every(({ code }) => code === 'unavailable');

/** Another batch runs in that process: its turn comes first. */
const oneCall = async (body: BatchRequest): Promise<BatchAnswer> => {
  for (let n = 0; ; n += 1) {
    try {
      return await api.batch(body);
    } catch (error) {
      const isBusy = error instanceof Problem && error.code === 'rate_limited' && n < waitsLimit;
      if (!isBusy) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000 * (error.retryAfterSeconds ?? 1)));
    }
  }
};
