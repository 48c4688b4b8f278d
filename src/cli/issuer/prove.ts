import { setTimeout as pause } from 'node:timers/promises';
import type { CallbackProof } from '../../contract/issuer/callback-proof';
import { hostProofWords } from '../../domain/words/host-proof-words';
import { CommandEnd, exitCodes } from '../exit';
import { plain } from '../plain-text';
import { createIssuerCall } from './issuer-call';
import type { IssuerCredentials } from './issuer-credentials';

const lookEveryMs = 1_000;
const lookLimitMs = 20_000;

interface Proving {
  readonly credentials: IssuerCredentials;
  /** An address that is planned; undefined: that of today. */
  readonly planned: string | undefined;
  readonly json: boolean;
  readonly limitMs: number;
  readonly out: (text: string) => void;
  readonly signal: AbortSignal;
}

/** That the host of a callback is the issuer's own: what to put there, and whether the platform finds it. */
export const prove = async ({ credentials, planned, json, limitMs, out, signal }: Proving): Promise<void> => {
  const send = createIssuerCall(credentials, limitMs);
  const path = `/v1/issuers/${credentials.issuerId}/callback-proof`;
  const call = async (method: 'GET' | 'POST'): Promise<CallbackProof> => {
    const asked = method === 'GET' ? { query: { url: planned } } : { body: { type: 'callback.proof', url: planned } };
    const { status, body } = await send(method, path, { ...asked, signal });
    if (status < 300) return body;
    throw new CommandEnd(exitCodes.refused, `Refused: ${plain(body.code)} (${status}) ${plain(body.detail)}`);
  };
  const looked = async (): Promise<CallbackProof> => {
    let proof = await call('POST');
    const endMs = Date.now() + lookLimitMs;
    while (proof.check?.checkedAt === undefined && Date.now() < endMs) {
      await pause(lookEveryMs, undefined, { signal });
      proof = await call('GET');
    }
    return proof;
  };

  let proof = await call('GET');
  if (!json) out(toPut(proof));
  if (!proof.proved) proof = await looked();
  const { proved, check } = proof;
  if (json) out(JSON.stringify(proof));
  else if (check) out(plain(hostProofWords(check)));
  if (!proved) throw new CommandEnd(exitCodes.refused, `${plain(proof.host)} is not proved yet.`);
  if (!json) out(`${plain(proof.host)} is proved by ${proved.by === 'dns' ? 'record' : 'file'}, ${plain(proved.at)}.`);
};

const toPut = ({ host, required, dns, file }: CallbackProof): string =>
  [
    `Host of the callback: ${plain(host)}. ${required ? 'It is called once it is proved' : 'It is called unproved, too'}; one of these proves it.`,
    ...(dns ? [`  TXT record  ${plain(dns.name)}`, `  with        ${plain(dns.txt)}`] : []),
    `  File        ${plain(file.url)}`,
    `  with        ${plain(file.content)}`,
  ].join('\n');
