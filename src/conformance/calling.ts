import { setTimeout as pause } from 'node:timers/promises';
import type { Courier } from './courier';
import { bytesOfMessage, isTaken, type Post, type Sent, shownResult, signedCall } from './sending';
import { Unmet } from './unmet';

/** How often a message that was not taken is sent again, as by the schedule of the platform. */
const sendsMax = 4;
const resendAfterMs = 1_000;

interface Deps {
  readonly post: Post;
  readonly secrets: readonly string[];
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** To an issuer that is called: signed, to its callback. */
export const createCalling = ({ post, secrets, nowMs, signal }: Deps): Courier => {
  const send: Courier['send'] = async ({ message, id, how, noted }): Promise<Sent> => {
    const bytes = Buffer.isBuffer(message) ? message : bytesOfMessage(message);
    const call = signedCall(bytes, id, how.secrets ?? secrets, nowMs(), how);
    const limit = how.answerLimitBytes === undefined ? {} : { answerLimitBytes: how.answerLimitBytes };
    noted.sent();
    const result = await post({ ...call, ...limit });
    noted.came(`${shownResult(result)} to ${id}`);
    return result;
  };
  return {
    send,
    /** As the platform does: again, under the same id, until it is taken. */
    tell: async (letter) => {
      for (let n = 1; ; n += 1) {
        const result = await send(letter);
        if (result.kind !== 'failed' && isTaken(result)) return result;
        if (result.kind === 'answered' && (result.status === 410 || result.status < 400)) {
          throw new Unmet(
            `${result.status} is no answer to a message: 410 pauses the issuer, a redirect is not followed`,
          );
        }
        if (n === sendsMax) throw new Unmet(`the message was not taken in ${n} attempts: ${shownResult(result)}`);
        await pause(letter.how.resendAfterMs ?? resendAfterMs, undefined, { signal });
      }
    },
  };
};
