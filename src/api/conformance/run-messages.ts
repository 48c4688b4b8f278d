import { keptOrders } from '../../conformance/kept-orders';
import { messagePrefix } from '../../conformance/sending';
import { createStageMessages, type StageMessages } from '../../conformance/stage-messages';
import type { GivenMessage } from '../../contract/issuer/messages';
import type { KeyRing } from '../../sealing/key-ring';
import type { AcknowledgedMessage, AcknowledgementProblem } from '../../second-interface/acknowledge-message';
import type { ConformanceOrders, ConformanceRuns } from '../../store/conformance';

interface Deps {
  readonly runs: ConformanceRuns;
  readonly orders: ConformanceOrders;
  readonly ring: KeyRing;
  readonly fingerprintKey: Uint8Array;
  readonly nowMs: () => number;
}

const nothing = { messages: [], isOver: false };

export type RunMessages = ReturnType<typeof createRunMessages>;

/** Asked at each fetch of an issuer: what a run that plays it has to be given beside its own messages. */
export const createRunMessages = ({ runs, orders, ring, fingerprintKey, nowMs }: Deps) => {
  const ofRunning = async (issuerId: string): Promise<StageMessages | undefined> => {
    const prefix = (await runs.runningOf(issuerId))?.prefix;
    return prefix === undefined
      ? undefined
      : createStageMessages({ store: keptOrders(orders, ring, issuerId, prefix), fingerprintKey, nowMs });
  };

  return {
    /** Some are wrong on purpose, or newer than the contract. */
    give: async (issuerId: string, limit: number, isFirst: boolean) => {
      const { messages, isOver } = (await (await ofRunning(issuerId))?.give(limit, isFirst)) ?? nothing;
      return { messages: messages as readonly unknown[] as readonly GivenMessage[], isOver };
    },

    /** Whether a message is a run's, by its id. */
    has: (messageId: string): boolean => messageId.startsWith(messagePrefix),

    acknowledge: async (issuerId: string, result: AcknowledgedMessage): Promise<AcknowledgementProblem | undefined> => {
      const running = await ofRunning(issuerId);
      return running ? running.acknowledge(result) : { code: 'message_unknown' };
    },
  };
};
