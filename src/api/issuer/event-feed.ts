import type { RowReader } from '../../bounded/row-reader';
import * as routes from '../../contract/issuer/event-feed';
import { bodyInvalid } from '../../contract/problem';
import { Failure } from '../../domain/failures';
import { orderNoPattern } from '../../domain/ids';
import { secondMs } from '../../domain/timings';
import { ownMessageId } from '../../first-interface/message-id';
import { eventMessage } from '../../first-interface/messages';
import type { WaitingReaders } from '../../overload/waiting-readers';
import type { EventFeed, FeedEvent, FeedPosition } from '../../store/event-feed';
import { flawOfOrder } from '../../store/order-shape';
import type { Mount } from '../edge/mount';

/** Orders and events that are looked at for a page, whatever is on it. */
const entriesPerRequest = 40;

/** The events of an issuer's orders, to be read by itself. */
export const mountEventFeed = (
  mount: Mount,
  {
    feed,
    readers,
    rowReader,
  }: { readonly feed: EventFeed; readonly readers: WaitingReaders; readonly rowReader: RowReader },
): void => {
  mount.issuer(routes.readEvents)(async ({ issuer, query, atWork, alsoCosts, onceAnswered }) => {
    const gone = new AbortController();
    onceAnswered(() => gone.abort());
    let after = query.after === undefined ? undefined : positionOf(query.after);

    const look = async () => {
      const page = await feed.page(issuer._id, after, query.limit);
      if (page === 'gone') throw new Failure('cursor_gone');
      if (page === 'ahead') throw cursorUnknown();
      after = page.next;
      alsoCosts(Math.floor(page.entries / entriesPerRequest));
      return page;
    };
    const { events, next } = await readers.wait({
      issuerId: issuer._id,
      waitMs: query.waitSeconds * secondMs,
      signal: gone.signal,
      look: () => atWork(look),
      isEnough: (page) => page.events.length > 0,
    });
    const messageOf = rowReader.of(
      'orders',
      ({ row, event }: FeedEvent & { readonly _id: string }) => ({
        id: ownMessageId(row, 'event', event.sequence),
        ...eventMessage(row, event),
      }),
      ({ row }) => flawOfOrder(row) === undefined,
    );
    const data = events.flatMap((one) => messageOf({ _id: one.row._id, ...one }) ?? []);
    return { status: 200, body: { data, nextCursor: cursorOf(next) } };
  });
};

const cursorUnknown = (): Failure =>
  bodyInvalid([{ path: '/after', code: 'cursor_invalid', message: 'was not given out by this feed' }]);

const cursorOf = ({ atMs, sequence, orderNo }: FeedPosition): string =>
  Buffer.from(`${atMs}/${sequence}/${orderNo}`).toString('base64url');

/** @throws Failure `body_invalid` at `/after` for what was never given out. */
const positionOf = (cursor: string): FeedPosition => {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, atMs, sequence, orderNo] = /^(\d{13})\/(\d{1,9})\/(.*)$/.exec(text) ?? [];
  if (atMs === undefined || orderNo === undefined) throw cursorUnknown();
  const position = { atMs: Number(atMs), sequence: Number(sequence), orderNo };
  const isMoment = orderNo === '' && position.sequence === 0;
  if (!(isMoment || (orderNoPattern.test(orderNo) && position.sequence > 0)) || cursorOf(position) !== cursor) {
    throw cursorUnknown();
  }
  return position;
};
