import type { Command } from 'commander';
import { type Address, address, issuerId } from '../arguments';
import { wrongUsage } from '../exit';
import type { Found } from '../find-platform';
import { issuerCredentials } from '../issuer/issuer-credentials';
import type * as Mcp from './mcp';

const usual: Address = { host: '127.0.0.1', port: 8971 };

interface McpCommandParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  readonly err: (text: string) => void;
  readonly find: (url: string | undefined) => Found;
  readonly signal: AbortSignal;
  readonly version: string;
}

/** What it runs is loaded when it is called: no other command pays for it. */
export const addMcpCommand = (program: Command, parts: McpCommandParts): void => {
  const { env, dataDir, find, err, signal, version } = parts;
  program
    .command('mcp')
    .description('a server of the Model Context Protocol: an assistant reads orders, issuers and failures, never codes')
    .option('--allow-actions', 'and acts as the role may, each time with a reason and a person who agrees')
    .option('--as-issuer', 'with the credentials of an issuer, not with the operator token')
    .option('--issuer <issuer>', 'which one (or CODEFERRY_ISSUER, or that of `login`)', issuerId)
    .option(
      '--http [address]',
      `over HTTP, at HOST:PORT (${usual.host}:${usual.port}), and not over standard input`,
      address(usual),
    )
    .option('--allowed-host <name...>', 'under which it may be called, beside localhost')
    .action(async (given, self: Command) => {
      const { url, timeout } = self.optsWithGlobals<{ url?: string; timeout: number }>();
      const isIssuer = given.asIssuer === true || given.issuer !== undefined;
      const as = isIssuer
        ? { issuer: issuerCredentials({ env, dataDir, url, issuer: given.issuer }) }
        : { operator: find(url) };
      if (as.operator && as.operator.token === undefined) {
        throw wrongUsage(`Set CODEFERRY_TOKEN to the operator token of ${as.operator.url}, or give --as-issuer.`);
      }
      const { mcp }: typeof Mcp = require('./mcp');
      await mcp({
        as,
        allowActions: given.allowActions === true,
        limitMs: timeout * 1_000,
        ...(given.http
          ? { http: { ...(given.http === true ? usual : given.http), allowedHosts: given.allowedHost ?? [] } }
          : {}),
        token: env.CODEFERRY_MCP_TOKEN || undefined,
        version,
        input: process.stdin,
        output: process.stdout,
        err,
        signal,
      });
    });
};
