import type { RowReader } from '../bounded/row-reader';
import type { Deliver, Written } from '../channels/channel';
import type { ConfiguredChannels } from '../channels/configured-channels';
import type { Terminal } from '../domain/order';
import type { KeyRing } from '../sealing/key-ring';
import { places } from '../sealing/places';
import type { SandboxInbox, SandboxMessageRow } from '../store/sandbox-inbox';
import { inboxShownMax } from './limits';

interface InboxDeps {
  readonly inbox: SandboxInbox;
  readonly ring: KeyRing;
}

/** In place of a mail server or SMS gateway; undefined for channels that write to nobody. */
export const createInboxDelivery =
  ({
    inbox,
    ring,
    channels,
    nowMs,
  }: InboxDeps & { readonly channels: ConfiguredChannels; readonly nowMs: () => number }) =>
  (channel: string): Deliver<Terminal> | undefined => {
    const written = channels.writtenBy(channel);
    if (!written) return undefined;
    return async (delivery) => {
      const beganMs = nowMs();
      const { messageId, order } = delivery;
      const { issuerId } = order;
      const text = JSON.stringify({ issuerId, ...(await written(delivery)) });
      const sealed = ring.seal(Buffer.from(text), places.sandboxMessage(messageId));
      await inbox.keep({ _id: messageId, issuerId, at: new Date(nowMs()), channel, sealed });
      return { kind: 'delivered', state: 'sent', status: 0, tookMs: nowMs() - beganMs };
    };
  };

/** Newest first. What somebody else wrote, or brought here from another issuer, is left out and told. */
export const readInbox = async (
  { inbox, ring, rowReader }: InboxDeps & { readonly rowReader: RowReader },
  issuerId: string,
) => {
  const opened = rowReader.of('sandboxInbox', ({ _id, at, channel, sealed }: SandboxMessageRow) => {
    const { issuerId: whose, ...written }: Written & { readonly issuerId: string } = JSON.parse(
      ring.open(sealed, places.sandboxMessage(_id)).toString(),
    );
    if (whose !== issuerId) throw new Error('it is of another issuer');
    return { at: at.toISOString(), channel, ...written };
  });
  return (await inbox.newest(issuerId, inboxShownMax)).flatMap((row) => opened(row) ?? []);
};
