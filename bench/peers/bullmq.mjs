import { Queue, Worker } from 'bullmq';
import IORedis from 'ioredis';
import { deliverCodes, fits, keyOf, notifyIssuer, serveOrders, settings, tellDelivered } from './wire.mjs';

// BullMQ: each call out is a job whose id comes from the order, so that adding it again adds nothing. There is no place for an order's
// state but its jobs: the notice's data holds the order, and whether it is verified; the code's delivery job holds the codes.
const inFlightMax = 64;
const keptSeconds = 24 * 3_600;

// As its guide to production has it: callers of the HTTP side fail fast, workers wait for Redis for as long as it takes.
const queueConnection = new IORedis(settings.storeUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
const workerConnection = new IORedis(settings.storeUrl, { maxRetriesPerRequest: null });
for (const connection of [queueConnection, workerConnection]) {
  connection.on('error', (error) => console.error(error.message));
}
await new Promise((resolve) => queueConnection.once('ready', resolve));

const calls = new Queue('calls', {
  connection: queueConnection,
  defaultJobOptions: {
    attempts: 12,
    backoff: { type: 'exponential', delay: 200 },
    removeOnComplete: { age: keptSeconds },
  },
});
calls.on('error', (error) => console.error(error.message));

const add = (name, order, data) => calls.add(name, data, { jobId: `${name}/${keyOf(order)}` });
const noticeOf = (key) => calls.getJob(`order.paid/${key}`);

const worker = new Worker(
  'calls',
  async ({ name, data: { order, codes } }) => {
    if (name === 'order.paid') await notifyIssuer(order);
    else if (name === 'order.delivered') await tellDelivered(order);
    else {
      await deliverCodes(order, codes);
      await add('order.delivered', order, { order });
    }
  },
  { connection: workerConnection, concurrency: inFlightMax },
);
worker.on('error', (error) => console.error(error.message));
worker.on('failed', (job, error) => console.error(`${job?.id} ${error.message}`));

serveOrders({
  place: async (order) => {
    const { data } = await noticeOf(keyOf(order)).then((known) => known ?? add('order.paid', order, { order }));
    return data.order.token === order.token;
  },
  verify: async (key, verification) => {
    const notice = await noticeOf(key);
    if (!notice) return 404;
    if (!fits(notice.data.order, verification)) return 403;
    if (!notice.data.isVerified) await notice.updateData({ ...notice.data, isVerified: true });
    return 200;
  },
  submit: async (key, { token, codes }) => {
    const notice = await noticeOf(key);
    if (!notice) return 404;
    const { order, isVerified } = notice.data;
    if (token !== order.token) return 403;
    if (!isVerified) return 409;
    await add('code.delivered', order, { order, codes });
    return 201;
  },
});
