import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort, loopback } from '../../src/bounded/free-port';
import { projectFolder } from '../../src/dev/project-folder';
import { lockDataFolder } from '../../src/dev/run-lock';
import { type StoppedByHand, untilStopped } from '../../src/dev/until-stopped';
import { startTemporalOnPostgres, type TemporalOnPostgres } from './temporal-on-postgres';

const preferredPort = 7233;
const startLimitMs = 5_000;
const say = (line: string) => process.stderr.write(`• ${line}\n`);

/** `npm run engine:postgres`: the Temporal server on PostgreSQL, until Ctrl-C; its orders stay in the data folder. */
function start(): StoppedByHand {
  const dataDir = resolve(process.env.DATA_DIR || join(projectFolder, '.data', 'engine-postgres'));
  const logFolder = join(dataDir, 'logs');
  let unlock = () => {};
  let stopping = false;
  const run = async (): Promise<TemporalOnPostgres> => {
    // The database's user has to get through it; the cluster in there is closed to others.
    mkdirSync(dataDir, { recursive: true, mode: 0o711 });
    const port = await freePort(preferredPort);
    unlock = lockDataFolder({ dataDir, publicUrl: `${loopback}:${port}` });
    return startTemporalOnPostgres({ dataDir, port, logFolder, onProgress: say });
  };
  const engine = run();
  return {
    started: engine.then(({ address, clusterFolder, exited }) => {
      process.stdout.write(
        [
          '',
          `Temporal server on PostgreSQL at ${address}`,
          `Data in ${clusterFolder}, logs in ${logFolder}. Ctrl-C stops both.`,
          '',
          `  TEMPORAL_ADDRESS=${address} OPERATOR_TOKEN=... MASTER_KEY=... npm start`,
          '',
        ].join('\n'),
      );
      void exited.then((how) => {
        if (stopping) return;
        process.stderr.write(`\nThe engine ended by itself (${how}); see ${logFolder}\n`);
        process.exit(1);
      });
    }),
    async stop() {
      stopping = true;
      // A start that is under way has this long to become one that can be stopped; the watcher ends what it left.
      const running = await Promise.race([
        engine.catch(() => undefined),
        new Promise<undefined>((done) => setTimeout(done, startLimitMs, undefined)),
      ]);
      await running?.stop();
      unlock();
    },
  };
}

untilStopped('The engine', start);
