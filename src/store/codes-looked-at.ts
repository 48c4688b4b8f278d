import { LRUCache } from 'lru-cache';

/** Calls of all orders together, and one more for each order. */
const rememberedCallsMax = 200_000;
const lookedAtOrdersMax = 10_000;
const rememberedMs = 60_000;

/** What this process has seen of the codes of orders: looking reads all of an order's calls, and anybody may ask for it. */
export const createCodesLookedAt = () => ({
  /** By an order as it stood: whose codes it had when they were counted, and were as many as it says. */
  callsInPlace: new LRUCache<string, ReadonlySet<string>>({
    maxSize: rememberedCallsMax,
    sizeCalculation: ({ size }) => size + 1,
    ttl: rememberedMs,
  }),
  /** Orders that somebody else wrote to, and whose codes were looked at. */
  tampered: new LRUCache<string, true>({ max: lookedAtOrdersMax, ttl: rememberedMs }),
});
