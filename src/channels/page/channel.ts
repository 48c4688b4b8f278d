import type { Channel } from '../channel';
import { pageTerminal } from './terminal';

/** Served by the api from our own database: nobody is called. */
export const pageChannel: Channel = { terminal: pageTerminal };
