import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogFile } from '../../src/dev/log-file';
import { until } from '../support/until';

test('a line that comes after the end of a log does no harm', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'codeferry-log-'));
  const path = join(folder, 'server.log');
  try {
    const log = openLogFile(path);
    log.write('first');
    log.close();
    log.write('late');
    await until('the line is kept', async () => readFileSync(path, { encoding: 'utf8', flag: 'a+' }) === 'first\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
