import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { platformOfFile } from '../support/platform-of-file';

const file = platformOfFile({ sandboxAllow: ['127.0.0.0/8'] });
const folder = join(__dirname, '..', '..', 'examples', 'quickstart');

/** What each is run by, and how to see that it is there. */
const languages: Readonly<Record<string, { readonly found: readonly string[]; readonly run: readonly string[] }>> = {
  curl: { found: ['openssl', 'version'], run: ['bash', 'sell.sh'] },
  php: { found: ['php', '-v'], run: ['php', 'sell.php'] },
  java: { found: ['javac', '-version'], run: ['java', 'Sell.java'] },
};

test.each(Object.entries(languages))(
  '%s: the quickstart sells a code by itself, and the next time by the same test issuer',
  async (language, { found, run }) => {
    const [probe = '', ...probing] = found;
    if (spawnSync(probe, probing).status !== 0) {
      process.stdout.write(`quickstart in ${language}: ${probe} is not installed, not tried\n`);
      return;
    }
    const [command = '', ...args] = run;
    const sold = async (more: Record<string, string> = {}) => {
      const { stdout, stderr } = await promisify(execFile)(command, args, {
        cwd: join(folder, language),
        env: { ...process.env, CODEFERRY_URL: file.platform.baseUrl, ...more },
        timeout: 60_000,
      });
      expect(stdout).toMatch(/^Placed\. The buyer looks at http.*\norder\.paid\norder\.delivered\nSold\.\n$/);
      return stderr;
    };
    const [, ISSUER_ID = '', ISSUER_SECRET = ''] = /ISSUER_ID=(\S+) ISSUER_SECRET=(\S+)/.exec(await sold()) ?? [];
    expect(await sold({ ISSUER_ID, ISSUER_SECRET })).toBe('');
    const rows = file.platform.core.database.orders.find({ orderNo: { $regex: `^${language}-` } });
    expect((await rows.toArray()).map(({ issuerId, state }) => [issuerId, state])).toEqual(
      Array(2).fill([ISSUER_ID, 'delivered']),
    );
  },
  90_000,
);
