import { createServer } from 'node:http2';
import './promise-with-resolvers.mjs';
import { deliverCodes, fits, keyOf, notifyIssuer, post, serveOrders, settings, tellDelivered } from './wire.mjs';

// Restate: one workflow per order, its key the order's. Calls out are `ctx.run` with retries; the second interface is two shared
// handlers that reach the workflow by durable promises. The SDK's endpoint and the HTTP front are one process.
const restate = await import('@restatedev/restate-sdk');
const retries = {
  initialRetryInterval: { milliseconds: 200 },
  retryIntervalFactor: 2,
  maxRetryInterval: { seconds: 30 },
};

const order = restate.workflow({
  name: 'order',
  handlers: {
    run: async (ctx, facts) => {
      // Promises, not `ctx.set`: an issuer may verify before a state that was set a moment ago can be read by other handlers.
      await ctx.promise('facts').resolve(facts);
      await ctx.run('order.paid', () => notifyIssuer(facts), retries);
      const codes = await ctx.promise('codes');
      await ctx.run('code.delivered', () => deliverCodes(facts, codes), retries);
      await ctx.run('order.delivered', () => tellDelivered(facts), retries);
      return 'delivered';
    },
    verify: async (ctx, verification) => {
      const facts = await ctx.promise('facts').peek();
      if (facts === undefined) return 404;
      if (!fits(facts, verification)) return 403;
      if (!(await ctx.promise('verified').peek())) await ctx.promise('verified').resolve(true);
      return 200;
    },
    submit: async (ctx, { token, codes }) => {
      const facts = await ctx.promise('facts').peek();
      if (facts === undefined) return 404;
      if (token !== facts.token) return 403;
      if (!(await ctx.promise('verified').peek())) return 409;
      if (await ctx.promise('codes').peek()) return 200;
      await ctx.promise('codes').resolve(codes);
      return 201;
    },
  },
});
createServer(restate.createEndpointHandler({ services: [order] })).listen(settings.endpointPort, '127.0.0.1');

const ask = async (key, handler, body) => {
  const { status, text } = await post(`${settings.storeUrl}/order/${encodeURIComponent(key)}/${handler}`, body);
  if (status > 299) throw new Error(`Restate answered ${status} ${text}`);
  return JSON.parse(text);
};

serveOrders({
  place: async (facts) => (await ask(keyOf(facts), 'run/send', facts)).status === 'Accepted',
  verify: (key, verification) => ask(key, 'verify', verification),
  submit: (key, submission) => ask(key, 'submit', submission),
});
