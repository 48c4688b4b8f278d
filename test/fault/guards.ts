import { crashScenes } from './crash-scenes';
import { runPlan } from './run';

/** What is switched off by test/fault/inside.ts, and where its loss must show. */
export interface Guard {
  readonly name: string;
  readonly scenes: readonly string[];
  readonly orders: number;
  readonly rules: readonly string[];
}

export const guards: readonly Guard[] = [
  { name: 'unique_index', scenes: [], orders: 60, rules: ['one_order_per_code', 'no_code_to_a_wrong_order'] },
  { name: 'idempotency', scenes: [], orders: 60, rules: ['every_2xx_is_repeated', 'one_request_per_id'] },
  {
    name: 'claim_first',
    scenes: ['after_update_before_answer'],
    orders: 0,
    rules: ['one_code_set', 'every_2xx_is_kept'],
  },
  { name: 'reconciler', scenes: ['after_row_before_start'], orders: 0, rules: ['every_order_ends'] },
  {
    name: 'first_write',
    scenes: [],
    orders: 60,
    rules: [
      'never_void_and_redeemed',
      'never_replaced_and_redeemed',
      'uses_never_below_zero',
      'each_id_counts_once',
      'settled_within_due',
      'one_decision',
    ],
  },
  {
    name: 'message_id',
    scenes: ['after_mail_before_record'],
    orders: 0,
    rules: ['one_message_per_delivery'],
  },
  {
    name: 'mail_answer',
    scenes: ['after_mail_before_record'],
    orders: 0,
    rules: ['delivered_only_if_taken'],
  },
  { name: 'deadline', scenes: ['stopped while an issuer asks'], orders: 0, rules: ['scene_missed'] },
];

export const judgeGuard = async (
  guard: Guard,
  folder: string,
  seed: number,
): Promise<{ isRed: boolean; why: string }> => {
  const { safety, liveness, missed } = await runPlan({
    folder,
    seed,
    guardOff: guard.name,
    scenes: crashScenes.filter(({ name }) => guard.scenes.some((part) => name.includes(part))),
    orders: guard.orders,
    faultsMs: 15_000,
    faultEveryMs: 0,
    windowSeconds: 30,
    boundMs: 60_000,
    say: () => undefined,
  });
  const scenesMissed = missed.map((name) => ({ rule: 'scene_missed', order: '', detail: name }));
  const broken = [...safety, ...liveness, ...scenesMissed].filter(({ rule }) => guard.rules.includes(rule));
  const counts = new Map<string, number>();
  for (const { rule } of broken) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return { isRed: broken.length > 0, why: [...counts].map(([rule, n]) => `${rule} ${n}`).join(', ') };
};
