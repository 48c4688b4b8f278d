import type { MongoClient } from 'mongodb';

export interface PoolCounts {
  readonly open: number;
  readonly inUse: number;
  readonly waiting: number;
  readonly failures: number;
  readonly max: number;
}

/** Kept from the driver's own events: it tells the state of its pool in no other way. */
export const countPool = (client: MongoClient, max: number): (() => PoolCounts) => {
  let open = 0;
  let inUse = 0;
  let waiting = 0;
  let failures = 0;
  client.on('connectionCreated', () => {
    open += 1;
  });
  client.on('connectionClosed', () => {
    open -= 1;
  });
  client.on('connectionCheckOutStarted', () => {
    waiting += 1;
  });
  client.on('connectionCheckOutFailed', () => {
    waiting -= 1;
    failures += 1;
  });
  client.on('connectionCheckedOut', () => {
    waiting -= 1;
    inUse += 1;
  });
  client.on('connectionCheckedIn', () => {
    inUse -= 1;
  });
  return () => ({ open, inUse, waiting, failures, max });
};
