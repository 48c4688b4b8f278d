import type { Command } from 'commander';
import { type Address, address, issuerId } from '../arguments';
import { wrongUsage } from '../exit';
import { issuerCredentials, secretOf } from './issuer-credentials';

interface Parts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
}

interface Given {
  readonly secret?: string;
  readonly issuer?: string;
  readonly listen?: Address;
  readonly push?: true;
  readonly pull?: true;
  readonly only?: readonly string[];
  readonly platform?: string;
  readonly list?: true;
}

const usualListen = { host: '127.0.0.1', port: 8181 };
const usualIssuer = 'under-test';

const names = (text: string, before: readonly string[] = []): string[] => [...before, ...text.split(',')];

/** Read when they are asked for: the judge and the contract take a second, and no other command needs them. */
const parts = () => (require('./conform-parts') as typeof import('./conform-parts')).conformParts;

export const addConformCommand = (program: Command, { env, dataDir, out, err, signal }: Parts): void => {
  program
    .command('conform')
    .description("plays the platform for an issuer's server: what it does wrong, and how that is fixed")
    .usage('--url CALLBACK [options], or --pull [options], or --platform URL [options]')
    .option(
      '--secret <whsec>',
      'its secret; rather set CODEFERRY_ISSUER_SECRET, which other users of this machine cannot see',
    )
    .option('--issuer <issuer>', `its id (or CODEFERRY_ISSUER; otherwise ${usualIssuer})`, issuerId)
    .option('--listen <host:port>', 'where its platform is for the run (127.0.0.1:8181)', address(usualListen))
    .option('--pull', 'it is not called: it fetches its messages')
    .option('--push', 'it pushes its codes; otherwise it is asked for them')
    .option('--only <names>', 'scenarios, parted by commas', names)
    .option('--platform <url>', 'the platform plays it, as it is registered there: such a run counts')
    .option('--list', 'tells the scenarios')
    .action(async (given: Given, self: Command) => {
      const { url, json = false } = self.optsWithGlobals<{ url?: string; json?: boolean }>();
      const { conform, conformAtPlatform, scenarioNames, told } = parts();
      if (given.list) return out(told());
      const unknown = given.only?.find((name) => !scenarioNames().includes(name));
      if (unknown !== undefined) throw wrongUsage(`${unknown} is no scenario: --list tells them`);
      const only = given.only;
      const own = given.secret === undefined ? env : { ...env, CODEFERRY_ISSUER_SECRET: given.secret };
      if (given.platform !== undefined) {
        const at = { env: own, dataDir, url: given.platform, issuer: given.issuer };
        return conformAtPlatform({ credentials: issuerCredentials(at), only, json, out, err, signal });
      }
      const isCalled = url !== undefined && URL.canParse(url);
      if (isCalled === (given.pull ?? false)) {
        throw wrongUsage("Give --url, your server's callback address, or --pull, or --platform.");
      }
      return conform({
        ...{
          url: isCalled ? url : undefined,
          only,
          json,
          out,
          err,
          signal,
          listen: given.listen ?? usualListen,
          secret: secretOf(own),
        },
        issuerId: given.issuer ?? (env.CODEFERRY_ISSUER || usualIssuer),
        codeMode: given.push ? 'push' : 'request',
      });
    });
};
