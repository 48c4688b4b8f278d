import type { Target } from '../../compare/wire';
import type { Part } from './part';

/** In the order of the tables. */
export const contenderNames = ['platform', 'bare', 'express-postgres', 'dbos', 'bullmq', 'restate'] as const;
export type ContenderName = (typeof contenderNames)[number];

export const titles: Readonly<Record<ContenderName, string>> = {
  platform: 'Codeferry',
  bare: 'bare Temporal order',
  'express-postgres': 'Express + PostgreSQL outbox',
  dbos: 'DBOS on PostgreSQL',
  bullmq: 'BullMQ on Redis, fsync always',
  restate: 'Restate',
};

/** One of those that are compared, running on fresh data. */
export interface Contender {
  readonly name: ContenderName;
  readonly target: Target;
  /** In the order in which they were started. */
  readonly parts: readonly Part[];
  stop(): Promise<void>;
}
