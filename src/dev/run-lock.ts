import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotStart, type RunSettings } from './run-settings';

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Two runs on one data folder would be two databases on the same files. */
export function lockDataFolder({
  dataDir,
  publicUrl,
  operatorUrl = publicUrl,
}: Pick<RunSettings, 'dataDir' | 'publicUrl'> & { readonly operatorUrl?: string }): () => void {
  const path = join(dataDir, 'running.json');
  const take = () => writeFileSync(path, JSON.stringify({ pid: process.pid, publicUrl, operatorUrl }), { flag: 'wx' });
  try {
    take();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = JSON.parse(readFileSync(path, 'utf8') || '{}') as { pid?: number; publicUrl?: string };
    if (holder.pid !== undefined && alive(holder.pid)) {
      throw new CannotStart(
        `Codeferry already runs on this data folder (process ${holder.pid}, ${holder.publicUrl}). Stop it, or set another DATA_DIR and PORT.`,
      );
    }
    rmSync(path);
    take();
  }
  return () => rmSync(path, { force: true });
}
