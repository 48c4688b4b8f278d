import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a process dies on purpose, by kill -9 of itself: test/fault/inside.ts knows the place of each. */
export const crashPoints = {
  in_row_and_key_write: "the order's row, with its key, was sent to the database and the answer not awaited",
  after_row_before_start: 'the row is written, the workflow not started',
  after_start_before_answer: 'the workflow is started, the issuer not answered',
  after_claim_before_update: 'the codes are sealed and claimed, the order not asked',
  after_update_before_answer: 'the order has judged, the issuer not answered',
  after_notice_before_record: 'the issuer took the notice, nothing of it is written',
  after_code_answer_before_claim: 'the issuer answered with codes, none is claimed',
  in_update_before_projection: 'the order has judged in its workflow task, which is not completed',
  in_update_after_projection: 'the row shows the verdict, the workflow task is not completed',
  in_redelivery_after_projection: 'the row shows the codes on their way again, the workflow task is not completed',
  in_cancel_after_projection: 'the row shows the cancellation, the workflow task is not completed',
  after_delivery_before_record: 'the terminal took the codes, nothing of it is written',
  after_mail_before_record: 'the mail server took the mail, nothing of it is written',
  after_sms_before_record: 'the gateway took the message, nothing of it is written',
  after_event_before_record: 'the issuer took an event, nothing of it is written',
  in_graceful_stop: 'an api was told to stop and takes no connection any more, its requests are under way',
  in_reconciler: 'in the middle of a pass of the reconciler',
} as const;
export type CrashPoint = keyof typeof crashPoints;
export const crashPointNames = Object.keys(crashPoints) as CrashPoint[];

/** Armed by a file, so that it can be done to a running process, and taken by removing it, so that one process dies once. */
export const createCrashFolder = (folder: string) => {
  mkdirSync(folder, { recursive: true });
  return {
    arm: (point: CrashPoint): void => writeFileSync(join(folder, point), ''),
    disarmAll: (): void => {
      for (const point of crashPointNames) rmSync(join(folder, point), { force: true });
    },
    /** Read by the process of that name every few moments; 0 sets its clock right again. */
    stepClock: (process: string, stepMs: number): void => writeFileSync(join(folder, `clock.${process}`), `${stepMs}`),
    isArmed: (point: CrashPoint): boolean => existsSync(join(folder, point)),
    hits: (): { point: CrashPoint; pid: number; atMs: number }[] =>
      readdirSync(folder)
        .filter((name) => name.startsWith('hit.'))
        .map(
          (name) =>
            JSON.parse(readFileSync(join(folder, name), 'utf8')) as { point: CrashPoint; pid: number; atMs: number },
        ),
  };
};
export type CrashFolder = ReturnType<typeof createCrashFolder>;
