import { z } from 'zod';
import { listApprovals } from '../../contract/operator/approvals';
import { listAudit } from '../../contract/operator/audit';
import { listCalls } from '../../contract/operator/calls';
import { readComparison } from '../../contract/operator/comparison';
import { listFailures } from '../../contract/operator/failures';
import { readHealth } from '../../contract/operator/health';
import { listIssuers, readIssuer } from '../../contract/operator/issuers';
import { listAllOrders } from '../../contract/operator/order-lists';
import * as orders from '../../contract/operator/orders';
import { readOverview } from '../../contract/operator/overview';
import { listRefunds } from '../../contract/operator/refunds';
import type { Route } from '../../contract/route';
import { mayAct, type Operator } from '../../domain/operator';
import { type OperatorAction, operatorActionEntries } from '../../domain/operator-actions';
import { asCalled } from '../../domain/words/as-called';
import { pairsOf, plain } from '../plain-text';
import { type Caller, CannotTell } from './caller';
import { type ActionTool, type Given, paramSchemas, readTool, type Tool } from './tool';

const reads: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  why_order_waits: { why: orders.readWhy },
  read_order: { order: orders.readOperatorOrder, timeline: orders.readOperatorTimeline },
  find_orders: { orders: listAllOrders },
  list_failures: { failures: listFailures },
  list_issuers: { issuers: listIssuers },
  issuer_health: { issuer: readIssuer, calls: listCalls },
  platform_overview: { overview: readOverview, health: readHealth },
  list_refunds: { refunds: listRefunds },
  compare_sides: { comparison: readComparison },
  list_approvals: { approvals: listApprovals },
  list_audit: { audit: listAudit },
};

const allOf = (tool: Readonly<Record<string, Route>>): readonly Route[] => Object.values(tool);
const isFor = (operator: Operator, { who }: Route): boolean =>
  (who === 'viewer' || who === 'operator' || who === 'admin') && mayAct(operator, who);

/** What this operator may read and, where it is allowed, do. */
export const operatorTools = (call: Caller, operator: Operator, allowActions: boolean): Tool[] => [
  ...Object.entries(reads)
    .filter(([, routes]) => allOf(routes).every((route) => isFor(operator, route)))
    .map(([name, routes]) => readTool(call, name, routes)),
  ...(allowActions
    ? operatorActionEntries.flatMap(([action, entry]) => {
        const route = routeOf(action);
        return isFor(operator, route) ? [actionTool(call, action, entry, route)] : [];
      })
    : []),
];

const actionPath = (action: string): string => `${orders.readOperatorOrder.path}/${action}`;
const routeOf = (action: string): Route => {
  const route = Object.values(orders).find(
    (one): one is Route & typeof one => 'path' in one && 'method' in one && one.path === actionPath(action),
  );
  if (!route) throw new Error(`the contract has no call for ${action}`);
  return route;
};

/** A person is asked whether codes may go there. */
const judged = ({ terminal, ...body }: Given): Given =>
  terminal
    ? {
        ...body,
        terminal: Object.fromEntries(Object.entries(terminal).map(([name, one]) => [name, asCalled(`${one}`)])),
      }
    : body;

const actionTool = (call: Caller, action: string, entry: OperatorAction, route: Route): ActionTool => {
  const fields = route.body instanceof z.ZodObject ? (route.body.shape as Record<string, z.ZodType>) : {};
  const { reason: ownReason, ...asked } = fields;
  return {
    kind: 'action',
    name: `order_${action.replaceAll('-', '_')}`,
    description: `${entry.help} (${entry.label})`,
    isDangerous: entry.danger === true,
    input: z.strictObject({ ...paramSchemas(route), ...asked }),
    prepare: async ({ issuerId, orderNo, ...body }, reason) => {
      const params = { issuerId, orderNo };
      const order = await call(orders.readOperatorOrder, { params });
      const now: readonly string[] = order.actions ?? [];
      if (!now.includes(action)) {
        throw new CannotTell(
          `Order ${plain(issuerId)}/${plain(orderNo)} is ${plain(order.state)}: it allows ${plain(now.join(', '))}, and not ${action}.`,
        );
      }
      const { title, text } = entry.ask(order, body);
      const given = pairsOf(judged(body));
      return {
        effect: [
          `${entry.label}: order ${issuerId}/${orderNo}, which is ${order.state}.`,
          `${title} ${text}`,
          ...(given ? [`With ${given}.`] : []),
        ]
          .map(plain)
          .join('\n'),
        run: async () => {
          const answer = await call(route, { params, body: ownReason ? { ...body, reason } : body });
          // What the call has no field for stands in the timeline, for other operators.
          if (!ownReason && action !== 'note') {
            await call(orders.noteOnOrder, { params, body: { text: `${entry.label}: ${reason}` } });
          }
          // Another operator has to say so first.
          const isWaiting = answer?.approvalId !== undefined;
          return { done: isWaiting ? 'Nothing is sent yet: another operator has to approve it.' : entry.done, answer };
        },
      };
    },
  };
};
