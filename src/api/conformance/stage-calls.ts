import type { Express, RequestHandler } from 'express';
import { createSlots } from '../../bounded/slots';
import { keptOrders } from '../../conformance/kept-orders';
import { createStage } from '../../conformance/stage';
import { Failure } from '../../domain/failures';
import { isTestIssuer } from '../../domain/ids';
import { createOrdersPerSecond } from '../../overload/orders-per-second';
import { requestsPerSecondInRun } from '../../sandbox/limits';
import { openSecrets } from '../../sealing/issuer-secrets';
import type { KeyRing } from '../../sealing/key-ring';
import type { ConformanceOrders, ConformanceRuns } from '../../store/conformance';
import { type Issuers, liveSecrets } from '../../store/issuers';
import { onceClosed } from '../edge/once-closed';
import { bytesOf, rawBody } from '../edge/raw-body';

export interface StageCallsDeps {
  readonly runs: ConformanceRuns;
  readonly orders: ConformanceOrders;
  readonly issuers: Issuers;
  readonly ring: KeyRing;
  readonly fingerprintKey: Uint8Array;
  readonly basePath: string;
  readonly nowMs: () => number;
}

const bodyMaxBytes = 1024 * 1024;
const atOnceMax = 96;
const perIssuerMax = 24;
const ofRuns = /^\/v1\/issuers\/([a-z0-9-]{1,64})\/orders\/(conform-[0-9a-f]{8})-[^/]*(?:\/[a-z-]+)?$/;

/** Calls of an issuer about orders of its own run that runs; all others go on to the calls of the contract. */
export const mountStageCalls = (app: Express, deps: StageCallsDeps): void => {
  const { runs, orders, issuers, ring, fingerprintKey, basePath, nowMs } = deps;
  const slots = createSlots(atOnceMax, isTestIssuer);
  const read = rawBody(bodyMaxBytes);
  const ofTests = createOrdersPerSecond(nowMs);

  const answer: RequestHandler = async (request, response, next) => {
    const [, issuerId = '', prefix = ''] = ofRuns.exec(request.path) ?? [];
    const issuer = await issuers.findTogether(issuerId);
    if (!issuer || !(await issuers.isUntouched(issuer, new Date(nowMs())))) return next();
    const stage = createStage({
      ...{ issuerId, publicKey: issuer.publicKey, fingerprintKey, nowMs },
      store: keptOrders(orders, ring, issuerId, prefix),
      secrets: openSecrets(ring, issuerId, liveSecrets(issuer.secrets, nowMs())),
    });
    const given = await stage.answer({
      method: request.method,
      target: request.originalUrl,
      signedTarget: basePath + request.originalUrl,
      headers: request.headers,
      rawBody: bytesOf(request.body),
    });
    if (!given) return next();
    response.status(given.status).set(given.headers).send(given.body);
  };

  app.use(async (request, response, next) => {
    const [, issuerId = '', prefix = ''] = ofRuns.exec(request.path) ?? [];
    if (prefix === '' || (await runs.runningOf(issuerId))?.prefix !== prefix) return next();
    if (isTestIssuer(issuerId)) ofTests.admit(issuerId, requestsPerSecondInRun);
    if (slots.take(issuerId, perIssuerMax) !== 'taken') throw new Failure('rate_limited', { retryAfterSeconds: 1 });
    onceClosed(response, () => slots.giveBack(issuerId));
    await new Promise<void>((done, fail) =>
      read(request, response, (error?: unknown) => (error ? fail(error) : done())),
    );
    await answer(request, response, next);
  });
};
