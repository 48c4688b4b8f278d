import { orderId } from '../../domain/ids';
import { createMailer, type Mailed, type MailLimits } from '../../mail/mailer';
import type { Deliver, DeliveryDeps } from '../channel';
import { createDrawings } from '../page/drawings';
import { createSendingRoom } from '../sending-room';
import { messageOf } from './message';
import type { EmailSettings } from './settings';

/** All together well below the 15 s after which the engine gives a run up. */
const usualLimits: MailLimits = { connectMs: 4_000, silenceMs: 6_000, wholeMs: 9_000 };

/** Mails that one worker hands over at once: servers refuse who opens many connections. */
const atOnceMax = 20;

interface Trust {
  readonly limits?: MailLimits;
  /** In place of the authorities that Node trusts: for tests. */
  readonly trustedCa?: string;
}

/** A try is a mail that the operator's server takes. All tries of one message have one Message-ID. */
export const createEmailDelivery = (
  settings: EmailSettings,
  { nowMs }: Pick<DeliveryDeps, 'nowMs'>,
  { limits = usualLimits, trustedCa }: Trust = {},
): Deliver<{ readonly address: string; readonly language?: string | undefined }> => {
  const mailer = createMailer(settings, { limits, ...(trustedCa === undefined ? {} : { trustedCa }) });
  const inRoom = createSendingRoom(atOnceMax, nowMs);
  // Beside the worker's other calls: a code takes up to 50 ms, and each attempt draws it anew.
  const drawings = createDrawings(nowMs);
  return (delivery) =>
    inRoom(delivery.order.issuerId, async () => {
      const beganMs = nowMs();
      const supportEmail = delivery.seller.branding?.supportEmail;
      const mailed = await mailer.send({
        ...(await messageOf(delivery, (code) => drawings.png(orderId(delivery.order), code))),
        id: delivery.messageId,
        to: delivery.terminal.address,
        ...(supportEmail === undefined ? {} : { replyTo: supportEmail }),
      });
      const tookMs = Math.max(0, nowMs() - beganMs);
      if (mailed.isTaken) return { kind: 'delivered', state: 'sent', status: 0, tookMs };
      return { kind: 'failed', status: 0, problem: problemOf(mailed), isFinal: isFinal(mailed), tookMs };
    });
};

type Refused = Extract<Mailed, { isTaken: false }>;

/** A server that wants another password of ours says nothing of the buyer's address. */
const isOurLogin = ({ code }: Refused): boolean => code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2';

const isFinal = (mailed: Refused): boolean =>
  !isOurLogin(mailed) && mailed.status !== undefined && mailed.status >= 500 && mailed.status < 600;

const problems: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'timeout',
  ECONNECTION: 'unreachable',
  ECONNREFUSED: 'connection_refused',
  ESOCKET: 'network',
  EDNS: 'name_unresolved',
  ETLS: 'tls',
  EREQUIRETLS: 'tls',
  EPROTOCOL: 'answer_malformed',
};

/** A status or a word of the closed list; never what the server wrote, which may name the address. */
const problemOf = (mailed: Refused): string => {
  if (isOurLogin(mailed)) return 'mail_login';
  if (mailed.status !== undefined) return `smtp_${mailed.status}`;
  return problems[mailed.code ?? ''] ?? 'timeout';
};
