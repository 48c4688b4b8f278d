import { readRunSettings } from './run-settings';
import { startEverything } from './start-everything';
import { untilStopped } from './until-stopped';

/** `npm start`: the whole platform on one machine, until Ctrl-C. */
untilStopped('Codeferry', () => startEverything(readRunSettings(process.env)));
