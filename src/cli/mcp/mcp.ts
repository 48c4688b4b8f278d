import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { readOperatorSelf } from '../../contract/operator/self';
import { CommandEnd, exitCodes, wrongUsage } from '../exit';
import type { Found } from '../find-platform';
import type { IssuerCredentials } from '../issuer/issuer-credentials';
import { plain } from '../plain-text';
import { CannotTell, issuerCaller, operatorCaller } from './caller';
import { createConfirmations } from './confirmations';
import { issuerTools } from './issuer-tools';
import { operatorTools } from './operator-tools';
import { serveHttp } from './serve-http';
import { createServer } from './server';
import type { Tool } from './tool';

export interface McpOptions {
  readonly as: { readonly operator: Found } | { readonly issuer: IssuerCredentials };
  readonly allowActions: boolean;
  readonly limitMs: number;
  /** Left out: over standard input and output. */
  readonly http?: { readonly host: string; readonly port: number; readonly allowedHosts: readonly string[] };
  readonly token: string | undefined;
  readonly version: string;
  readonly input: Readable;
  readonly output: Writable;
  /** Standard output is the protocol's own. */
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
}

const tokenMinChars = 16;
const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Until its input ends, or the signal. */
export const mcp = async (options: McpOptions): Promise<void> => {
  const { err, signal, http, version } = options;
  const { who, tools } = await known(options).catch((error: unknown) => {
    throw error instanceof CannotTell ? new CommandEnd(exitCodes.refused, error.message) : error;
  });
  const confirmations = createConfirmations(Date.now);
  const create = () => createServer({ version, tools, confirmations });
  const onProblem = (error: Error) => err(plain(error.message));
  const actions = tools.filter(({ kind }) => kind === 'action').length;
  err(`MCP for ${who}: ${tools.length - actions} tools that read, ${actions} that act.`);
  if (!http) {
    const { input, output } = options;
    const handle = serveStdio(create, { transport: new StdioServerTransport(input, output), onerror: onProblem });
    await new Promise<void>((resolve) => {
      for (const event of ['end', 'close']) input.once(event, () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await handle.close();
    return;
  }
  if (!loopback.has(http.host) && options.token === undefined) {
    throw wrongUsage('Beyond this machine it needs CODEFERRY_MCP_TOKEN, and TLS in front of it.');
  }
  if (options.token !== undefined && options.token.length < tokenMinChars) {
    throw wrongUsage(`CODEFERRY_MCP_TOKEN must have at least ${tokenMinChars} characters.`);
  }
  const token = options.token ?? randomBytes(24).toString('base64url');
  const { port, path, ended } = await serveHttp({ create, ...http, token, onProblem, signal });
  err(`It listens at http://${http.host.includes(':') ? `[${http.host}]` : http.host}:${port}${path}.`);
  err(options.token === undefined ? `Its bearer token, until it ends: ${token}` : 'Its bearer is CODEFERRY_MCP_TOKEN.');
  await ended;
};

const known = async ({ as, limitMs, allowActions }: McpOptions): Promise<{ who: string; tools: readonly Tool[] }> => {
  if ('issuer' in as) {
    const { issuerId, url } = as.issuer;
    return { who: `issuer ${issuerId} at ${url}`, tools: issuerTools(issuerCaller(as.issuer, limitMs), allowActions) };
  }
  const call = operatorCaller(as.operator, limitMs);
  const operator = await call(readOperatorSelf);
  return {
    who: `${plain(operator.role)} ${plain(operator.name)} at ${as.operator.url}`,
    tools: operatorTools(call, operator, allowActions),
  };
};
