import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { searchAttributes } from '../order-messages/order-attributes';
import { directWhenLoopback } from '../temporal/client';

const retention = '30 days';
export const namespace = 'default';
const { IndexedValueType, TaskQueueType } = temporal.api.enums.v1;
export const indexedValueTypes = {
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  INT: IndexedValueType.INDEXED_VALUE_TYPE_INT,
};
/** The same as deploy/temporal-dynamic-config.yaml; each value is JSON. */
export const ownDynamicConfig = {
  'matching.enableFairness': 'true',
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': '2',
};

/** Keeps closed orders as long as production does: the dev server's own default is one day. */
async function lengthenRetention(connection: Connection): Promise<void> {
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(retention) },
  });
}

/** The dev server registers what its command line names in a new database only, not in that of an older version. */
async function registersEverySearchAttribute({ operatorService }: Connection): Promise<boolean> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributes.filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return true;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, indexedValueTypes[type]])),
  });
  return false;
}

const answerLimitMs = 2_000;

async function isTrueOf(address: string, ask: (connection: Connection) => Promise<boolean>): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({
      address,
      connectTimeout: answerLimitMs,
      channelArgs: directWhenLoopback(address),
    });
    const ready = connection;
    return await ready.withDeadline(Date.now() + answerLimitMs, () => ask(ready));
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

/** Asked until it is true: the dev server makes its namespace, and lacks our retention and maybe a search attribute. */
export function isNamespaceReady(address: string): Promise<boolean> {
  return isTrueOf(address, async (connection) => {
    await lengthenRetention(connection);
    return registersEverySearchAttribute(connection);
  });
}

async function registers({ workflowService }: Connection): Promise<void> {
  const { namespaces } = await workflowService.listNamespaces({ pageSize: 100 });
  if (namespaces.some(({ namespaceInfo }) => namespaceInfo?.name === namespace)) return;
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(retention) });
}

/**
 * Asked until it is true of a server that begins with no namespace. The parts of such a server read their lists of namespaces each for
 * itself: it is ready when a task queue answers, too, or a worker that is started at once would not find its namespace.
 */
export function isNamespaceMade(address: string): Promise<boolean> {
  return isTrueOf(address, async (connection) => {
    await registers(connection);
    await lengthenRetention(connection);
    if (!(await registersEverySearchAttribute(connection))) return false;
    await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: 'is-there' },
      taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    return true;
  });
}
