import { readRunSettings } from './run-settings';
import { startEverything } from './start-everything';
import { untilStopped } from './until-stopped';

/** What talks on this machine alone never goes through a proxy; every part is a child and gets the same. */
for (const name of ['no_proxy', 'NO_PROXY']) {
  process.env[name] = [process.env[name], '127.0.0.1', 'localhost', '::1'].filter(Boolean).join(',');
}

// Files of all parts are this user's alone.
process.umask(0o077);

/** `npm start`: the whole platform on one machine, until Ctrl-C. */
untilStopped('Codeferry', () => startEverything(readRunSettings(process.env)));
