import { note } from '../pages-kit/dom';
import type { OfferedChannel } from './answers';
import { api } from './api';

let known: readonly OfferedChannel[] | undefined;

/** The channels of this platform; undefined where they could not be read, which is told and tried anew the next time. */
export const offeredChannels = async (): Promise<readonly OfferedChannel[] | undefined> => {
  try {
    known ??= (await api.channels()).data;
  } catch (error) {
    note((error as Error).message, 'bad');
  }
  return known;
};
