import { createHash } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { deliverCodes, fits, keyOf, notifyIssuer, serveOrders, settings, tellDelivered } from './wire.mjs';

// DBOS: one workflow per order, its id the order's key. Calls out are steps with retries; messages come in by `send` and `recv`, and
// the workflow's verdict goes out by `setEvent` and `getEvent`, as in the documentation's checkout.
const windowSeconds = 600;
const verdictLimitSeconds = 5;
const retries = { retriesAllowed: true, intervalSeconds: 0.2, backoffRate: 2, maxAttempts: 12 };

/** The same facts have one answer, however often they are sent. */
const nameOf = ({ token, quantity, amount }) =>
  createHash('sha256')
    .update(JSON.stringify([token, quantity, amount.value, amount.currency]))
    .digest('hex')
    .slice(0, 16);

// A workflow of its own: an issuer verifies inside its handling of the notice, so the order must not wait for the notice's answer.
const notice = DBOS.registerWorkflow(
  (order) => DBOS.runStep(() => notifyIssuer(order), { name: 'order.paid', ...retries }),
  { name: 'notice' },
);

const order = DBOS.registerWorkflow(
  async (facts) => {
    await DBOS.startWorkflow(notice, { workflowID: `${keyOf(facts)}/notice` })(facts);
    for (let isVerified = false; !isVerified; ) {
      const verification = await DBOS.recv('verification', { timeoutSeconds: windowSeconds });
      if (verification === null) return 'expired';
      isVerified = fits(facts, verification);
      await DBOS.setEvent(`verdict ${nameOf(verification)}`, isVerified ? 'verified' : 'refused');
    }
    const codes = await DBOS.recv('codes', { timeoutSeconds: windowSeconds });
    if (codes === null) return 'expired';
    await DBOS.runStep(() => deliverCodes(facts, codes), { name: 'code.delivered', ...retries });
    await DBOS.runStep(() => tellDelivered(facts), { name: 'order.delivered', ...retries });
    return 'delivered';
  },
  { name: 'order' },
);

DBOS.setConfig({ name: 'peers', systemDatabaseUrl: settings.storeUrl, logLevel: 'error' });
await DBOS.launch();

/** Of a workflow that has judged these facts, or will within the limit. */
const verdictOf = (key, facts, timeoutSeconds) => DBOS.getEvent(key, `verdict ${nameOf(facts)}`, { timeoutSeconds });

serveOrders({
  place: async (facts) => {
    await DBOS.startWorkflow(order, { workflowID: keyOf(facts) })(facts);
    return true;
  },
  verify: async (key, { token, quantity, amount }) => {
    const facts = { token, quantity, amount };
    try {
      await DBOS.send(key, facts, 'verification', `${key} ${nameOf(facts)}`);
    } catch (error) {
      if (error.name === 'DBOSNonExistentWorkflowError') return 404;
      throw error;
    }
    const verdict = await verdictOf(key, facts, verdictLimitSeconds);
    if (verdict === null) throw new Error('no verdict in time');
    return verdict === 'verified' ? 200 : 403;
  },
  submit: async (key, { token, codes }) => {
    const [facts] = (await DBOS.getWorkflowStatus(key))?.input ?? [];
    if (facts === undefined) return 404;
    if (token !== facts.token) return 403;
    if ((await verdictOf(key, facts, 0)) !== 'verified') return 409;
    await DBOS.send(key, codes, 'codes', `${key} codes`);
    return 201;
  },
});
