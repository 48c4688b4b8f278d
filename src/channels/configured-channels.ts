import type { FieldError } from '../domain/failures';
import type { Terminal } from '../domain/order';
import type { AddressRights } from '../outbound/address-guard';
import type { Channel, Deliver, DeliveryDeps } from './channel';
import type { ChannelSettings } from './channel-settings';
import type { DeclaredTerminal } from './declare-terminal';
import { emailChannel } from './email/channel';
import { pageChannel } from './page/channel';
import { smsChannel } from './sms/channel';
import { webhookChannel } from './webhook/channel';

const registered: readonly Channel[] = [pageChannel, webhookChannel, emailChannel, smsChannel];

/** Which channels this platform has: the only ones that anybody is offered, and the only ones that an order may name. */
export type ConfiguredChannels = ReturnType<typeof configuredChannels>;

export const configuredChannels = (settings: ChannelSettings = {}) => {
  const configured = registered.filter(({ isConfigured }) => isConfigured?.(settings) ?? true);
  const channels = new Map(configured.map((channel) => [channel.terminal.name, channel]));
  return {
    /** For whoever lets a person choose. */
    offered: (): DeclaredTerminal[] => [...channels.values()].map(({ terminal }) => terminal),

    /** Whose providers tell what became of a message, at an address with the secret in it. */
    withReceipts: (): string[] =>
      configured.filter(({ terminal }) => terminal.hasReceipts).map(({ terminal }) => terminal.name),
    receiptSecret: settings.receiptSecret,

    wallets: { apple: settings.appleWallet, google: settings.googleWallet },

    /** Asked of every terminal that comes in; its place is a field of the body that names it. */
    problemOf: async (terminal: Terminal, rights: AddressRights): Promise<FieldError | null> => {
      const channel = channels.get(terminal.channel);
      if (!channel) {
        return {
          path: '/terminal',
          code: 'channel_not_configured',
          message: 'is of a channel that is not configured here',
        };
      }
      const problem = await channel.problem?.(terminal, { rights });
      return problem ? { ...problem, path: `/terminal${problem.path}` } : null;
    },

    /** Whether the terminal keeps codes, so that it is told which are void. */
    tellsVoid: (channel: string): boolean => channels.get(channel)?.tellsVoid ?? false,

    /** What its messages say; undefined for a channel that writes none. */
    writtenBy: (channel: string): Channel['written'] => channels.get(channel)?.written,

    /** For a worker: how to deliver, by channel; those that call nobody have no entry. */
    deliverers: (deps: Omit<DeliveryDeps, 'settings'>): ReadonlyMap<string, Deliver<Terminal>> =>
      new Map(
        [...channels].flatMap(([name, { deliverer }]) =>
          deliverer ? [[name, deliverer({ ...deps, settings })] as const] : [],
        ),
      ),
  };
};
