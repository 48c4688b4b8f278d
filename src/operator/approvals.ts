import { randomBytes } from 'node:crypto';
import { Failure } from '../domain/failures';
import type { Operator } from '../domain/operator';
import type { ChangedSecrets, Terminal } from '../domain/order';
import { dayMs } from '../domain/timings';
import { places } from '../sealing/places';
import { createRowSeal } from '../sealing/row-seal';
import type { OrderDeps } from '../second-interface/ask-order';
import type { ApprovalRow, Approvals } from '../store/approvals';
import type { OrderRow } from '../store/orders';

/** All but what became of it: it is done once, and only by somebody who decides it. */
const asked = ({
  state: _state,
  decidedBy: _by,
  decidedAt: _at,
  isUndone: _undone,
  ...row
}: Omit<ApprovalRow, 'seal'>) => row;

/** Of one operator: among more nobody would find the others'. */
const openMax = 100;

export type SecondPerson = ReturnType<typeof createSecondPerson>;

/** With `twoPersons` on, an operator's change of a terminal waits here for another operator, for 24 hours. */
export const createSecondPerson = ({
  approvals,
  hasProvider,
  orderDeps: { ring, settings, rowReader, nowMs },
}: {
  readonly approvals: Approvals;
  /** Of OpenID: it alone tells one person from another. */
  readonly hasProvider: boolean;
  readonly orderDeps: OrderDeps;
}) => {
  const terminalOf = (row: ApprovalRow): Terminal =>
    JSON.parse(ring.open(row.sealed, places.approval(row._id, row.orderId)).toString());

  const seal = createRowSeal<ApprovalRow>(ring, places.approvalRow, asked);

  /** Who asked, for which order, until when: as it was written, or it is none. */
  const known = async (approvalId: string): Promise<ApprovalRow> => {
    const row = await approvals.find(approvalId);
    const isToBeDone = row?.state === 'open' || row?.isUndone;
    if (!row || !seal.isUntouched(row) || (isToBeDone && row.endsAt.getTime() <= nowMs()))
      throw new Failure('approval_unknown');
    return row;
  };

  /** Anybody may hold a token beside their name at the provider. */
  const expectPerson = (subject: string | undefined): void => {
    if (!hasProvider || subject !== undefined) return;
    const detail =
      'A token does not tell who holds it: whoever asks and whoever decides sign in at the OpenID provider';
    throw new Failure('operator_forbidden', { detail });
  };

  return {
    isNeeded: async (): Promise<boolean> => (await settings.platform()).twoPersons === true,

    /** @throws Failure `operator_forbidden`, `rate_limited` */
    ask: async (
      { _id: orderId, issuerId, orderNo }: OrderRow,
      {
        terminal,
        newLink,
        changed = {},
      }: { readonly terminal: Terminal; readonly newLink?: boolean | undefined; readonly changed?: ChangedSecrets },
      { name, subject }: Operator,
    ) => {
      expectPerson(subject);
      const _id = randomBytes(16).toString('base64url');
      const askedAt = new Date(nowMs());
      const row: ApprovalRow = {
        _id,
        position: `${askedAt.toISOString()}/${_id}`,
        orderId,
        issuerId,
        orderNo,
        sealed: ring.seal(Buffer.from(JSON.stringify(terminal)), places.approval(_id, orderId)),
        ...(newLink ? { newLink } : {}),
        ...changed,
        askedBy: name,
        ...(subject === undefined ? {} : { askedBySubject: subject }),
        askedAt,
        endsAt: new Date(askedAt.getTime() + dayMs),
        state: 'open',
      };
      await approvals.insert({ ...row, seal: seal.of(row) });
      // Counted with its own: of many that are asked for at once none passes the limit.
      const ownOf = (rows: readonly ApprovalRow[]) => rowReader.those('approvals', rows, seal.isUntouched);
      if ((await approvals.countOpen(name, askedAt, openMax + 1, ownOf)) > openMax) {
        await approvals.takeBack(_id);
        throw new Failure('rate_limited', { detail: `${openMax} of yours wait for approval`, retryAfterSeconds: 60 });
      }
      return _id;
    },

    /**
     * @throws Failure `approval_unknown`, `operator_forbidden` for one's own or of nobody who is known, `already_decided`
     */
    toDecide: async (
      approvalId: string,
      { name, subject }: Operator,
    ): Promise<{ row: ApprovalRow; terminal: Terminal }> => {
      const row = await known(approvalId);
      for (const one of [subject, row.askedBySubject]) expectPerson(one);
      const isOwn = row.askedBy === name || (subject !== undefined && row.askedBySubject === subject);
      if (isOwn) throw new Failure('operator_forbidden', { detail: 'You asked for it yourself' });
      if (row.state !== 'open' && !row.isUndone) throw new Failure('already_decided');
      return { row, terminal: terminalOf(row) };
    },

    /**
     * Decided first; what was refused is open again. Where it is not known whether it was done, as after a death or with the
     * engine away, it stays approved: nobody is to refuse it then, and the same decision again does it. If that is refused, it
     * may have been done before.
     *
     * @throws Failure `already_decided`
     */
    decide: async (
      { _id, isUndone }: ApprovalRow,
      { name }: Operator,
      decision: 'approve' | 'refuse',
      run: () => Promise<unknown>,
    ): Promise<ApprovalRow> => {
      const state = decision === 'approve' ? 'approved' : 'refused';
      const isRepeat = isUndone && decision === 'approve';
      if (!isRepeat && !(await approvals.decide(_id, state, name, new Date(nowMs())))) {
        throw new Failure('already_decided');
      }
      if (decision === 'approve') {
        await run().catch(async (error: unknown) => {
          if (!isRepeat && error instanceof Failure && error.status < 500) await approvals.reopen(_id);
          throw error;
        });
        await approvals.markDone(_id);
      }
      return known(_id);
    },

    list: approvals.list,
    /** False for what somebody else wrote, or a master key sealed that is gone. */
    isUntouched: seal.isUntouched,
    terminalOf,
  };
};
