import type { ConfiguredChannels } from '../../channels/configured-channels';
import { hasPage } from '../../channels/terminals';
import * as routes from '../../contract/operator/channels';
import type { Mount } from '../edge/mount';

export const offeredChannels = (channels: ConfiguredChannels): routes.OfferedChannel[] =>
  channels.offered().map(({ name, label, address, secrets }) => ({
    channel: name,
    label,
    hasPage: hasPage({ channel: name }),
    ...(address
      ? { address: { field: address.name, label: address.label, kind: address.kind, placeholder: address.placeholder } }
      : {}),
    ...(secrets ? { secrets: [...secrets] } : {}),
  }));

/** What console and command line offer for a terminal: the channels of this platform, and what to ask for each. */
export const mountOperatorChannels = (mount: Mount, channels: ConfiguredChannels): void => {
  const data = offeredChannels(channels);
  mount.operator(routes.listChannels)(async () => ({ status: 200, body: { data } }));
};
