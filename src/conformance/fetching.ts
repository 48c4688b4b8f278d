import { setTimeout as pause } from 'node:timers/promises';
import { readText } from './answers';
import type { Courier, Letter } from './courier';
import { type PlayLimits, type Sent, shownResult } from './sending';
import { changeOrder, type StageMessage, type StageStore } from './stage-order';
import { Unmet } from './unmet';

const lookEveryMs = 40;

interface Deps {
  readonly store: StageStore;
  readonly limits: PlayLimits;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** To an issuer that fetches: the message waits in its order, as it does in that of a real one. */
export const createFetching = ({ store, limits, nowMs, signal }: Deps): Courier => {
  const change = async (orderNo: string, id: string, to: (before: StageMessage | undefined) => StageMessage) => {
    const changed = await changeOrder(store, orderNo, async (order) => {
      const message = to(order.messages.find((one) => one.id === id));
      const others = order.messages.filter((one) => one.id !== id);
      return { order: { ...order, messages: [...others, message] }, result: message };
    });
    if (!changed) throw new Error(`order ${orderNo} is gone`);
    return changed;
  };

  const offered = (orderNo: string, { id, how, message }: Letter, isOnce: boolean): Promise<StageMessage> => {
    const isSigned =
      how.secrets ?? how.signature ?? how.sentBody ?? how.sentHeaders ?? how.contentType ?? how.skewSeconds;
    if (Buffer.isBuffer(message) || isSigned !== undefined)
      throw new Error('only a call has that: declare its callback');
    return change(orderNo, id, (before) => {
      const { givings, acknowledgements } = before ?? { givings: 0, acknowledgements: [] };
      return {
        ...{
          id,
          content: message,
          isOnce,
          givings,
          acknowledgements,
          leaseMs: limits.leaseMs + (how.resendAfterMs ?? 0),
          dueAtMs: nowMs(),
        },
        ...{ givingsMin: givings + (how.givings ?? 1), unheard: how.unheard ?? 0 },
      };
    });
  };

  const withdraw = (orderNo: string, id: string) =>
    change(orderNo, id, (message) => {
      if (!message) throw new Error(`message ${id} is gone`);
      const { dueAtMs: _never, ...rest } = message;
      return rest;
    });

  const bring = async (letter: Letter, isOnce: boolean): Promise<Sent> => {
    const { id, message, how, noted } = letter;
    const orderNo = String((message as Exclude<typeof message, Buffer>).data?.orderNo);
    noted.sent();
    const before = await offered(orderNo, letter, isOnce);
    const beganMs = performance.now();
    const tookMs = () => Math.round(performance.now() - beganMs);
    let doneMs: number | undefined;
    for (;;) {
      const now = (await store.find(orderNo))?.messages.find((one) => one.id === id) ?? before;
      const givings = now.givings - before.givings;
      const heard = now.acknowledgements.slice(before.acknowledgements.length).filter(({ isUnheard }) => !isUnheard);
      const unusable = heard.find(({ read }) => read?.kind === 'unusable');
      if (unusable || (heard.length > 0 && now.dueAtMs === undefined)) doneMs ??= tookMs();
      // Of a message that was given to two readers the other one's answer is judged as well.
      const isAll = unusable || heard.length >= givings || (how.givings ?? 1) === 1;
      if (doneMs !== undefined && (isAll || tookMs() >= doneMs + limits.quietMs)) {
        if (now.dueAtMs !== undefined) await withdraw(orderNo, id);
        const read = (unusable ?? heard.at(-1))?.read;
        noted.came(`acknowledged after ${tookMs()} ms, given ${givings} times: ${id}`);
        if (read) noted.came(readText(read));
        return { kind: 'acknowledged', tookMs: tookMs(), ...(read ? { read } : {}) };
      }
      const isGiven = givings > 0;
      const isLeaseOver = isOnce && isGiven && nowMs() >= (now.givenAtMs ?? 0) + limits.leaseMs;
      if (isLeaseOver || tookMs() >= limits.patienceMs) {
        await withdraw(orderNo, id);
        const result = {
          kind: 'failed',
          reason: isGiven ? 'not_acknowledged' : 'not_fetched',
          tookMs: tookMs(),
        } as const;
        noted.came(`${shownResult(result)}: ${id}`);
        return result;
      }
      await pause(lookEveryMs, undefined, { signal });
    }
  };

  return {
    send: (letter) => bring(letter, true),
    tell: async (letter) => {
      const result = await bring(letter, false);
      if (result.kind === 'acknowledged') return result;
      throw new Unmet(`the message was not taken: ${shownResult(result)}`);
    },
  };
};
