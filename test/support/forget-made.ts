import type { Platform } from './platform';

/** One address makes ten test issuers an hour: a test that needs more gives back what was taken. */
export const forgetMade = async ({ core: { database, dayCounts } }: Pick<Platform, 'core'>): Promise<void> => {
  for (const { _id, at, count } of await database.dayCounts.find({ _id: /^test-issuers/, count: { $gt: 0 } }).toArray())
    await dayCounts.giveBack({ name: _id.slice(0, _id.lastIndexOf('/')), at, n: count });
};
