import { z } from 'zod';
import { codeFormats } from '../../domain/code-formats';
import { reportReasons, reportTextMax } from '../../domain/code-reports';
import { instant, text } from '../fields';
import { declareRoute } from '../route';

/** The buyer's page and what it asks for. The secret in the link is the credential; a dead link is 404 for everything. */
const base = '/p/{secret}';
const page = 'text/html';
const lost = { says: 'There is nothing at this link', mediaType: page } as const;

export const readPickupPage = declareRoute({
  method: 'get',
  path: base,
  name: 'readPickupPage',
  who: 'buyer',
  summary: 'The page of an order, which holds no code',
  answers: { 200: { says: 'The page', mediaType: page }, 404: lost },
  problems: [],
});

export const watchPickup = declareRoute({
  method: 'get',
  path: `${base}/events`,
  name: 'watchPickup',
  who: 'buyer',
  summary: 'How the order is, live, as server-sent events; never a code',
  answers: { 200: { says: 'An event `state` at each change', mediaType: 'text/event-stream' }, 404: lost },
  problems: ['rate_limited'],
});

const revealedItem = z.strictObject({
  itemId: z.string(),
  state: z.enum(['issued', 'delivered', 'void', 'replaced']),
  value: z.string().optional().meta({ description: 'Absent of one that is void or replaced, as is its secret' }),
  secret: z.string().optional(),
  format: z.enum(codeFormats),
  usesLeft: z.int(),
  startsAt: instant.optional(),
  expiresAt: instant.optional(),
  expired: z.boolean(),
  replacedBy: z.string().optional(),
});

const pin = z.string().max(64).optional();

export const revealCodes = declareRoute({
  method: 'post',
  path: `${base}/reveal`,
  name: 'revealCodes',
  who: 'buyer',
  summary: 'Shows the codes: to a browser as the page, to a program as JSON',
  body: z.strictObject({ pin }).meta({ examples: [{ pin: '4711' }] }),
  limitBytes: 1_024,
  answers: {
    200: {
      says: 'The codes',
      body: z
        .strictObject({
          given: z.literal(true).optional().meta({ description: 'They were given away: no item has a value here' }),
          items: z.array(revealedItem),
        })
        .meta({ id: 'RevealedCodes' }),
      alsoAs: page,
    },
    403: { says: 'The page, which asks again', mediaType: page },
    404: lost,
    409: { says: 'The page, which has no codes', mediaType: page },
    429: { says: 'The page, which says to come again', mediaType: page },
  },
  problems: ['origin_forbidden', 'not_issued', 'pin_wrong', 'pin_locked', 'in_progress', 'rate_limited'],
});

/** Of a form. */
const refusedPin = {
  403: { says: 'The page, which asks again', mediaType: page },
  429: { says: 'The page, which says to come again', mediaType: page },
} as const;

export const askRefund = declareRoute({
  method: 'post',
  path: `${base}/refund`,
  name: 'askRefund',
  who: 'buyer',
  summary: 'Asks for the money back, where the issuer has `buyerRefunds`',
  body: z.strictObject({ pin, reason: text(1, 512).optional() }).meta({ examples: [{ reason: 'bought twice' }] }),
  limitBytes: 4_096,
  answers: {
    200: {
      says: 'How the request is',
      body: z.strictObject({ state: z.string().optional() }).meta({ id: 'AskedRefund' }),
    },
    303: { says: 'A browser is led back to the page', mediaType: page },
    ...refusedPin,
    404: lost,
  },
  problems: [
    ...(['origin_forbidden', 'pin_wrong', 'pin_locked', 'not_issued', 'order_closed', 'item_unknown'] as const),
    ...(['void_pending', 'code_void', 'code_redeemed', 'in_progress', 'rate_limited'] as const),
  ],
});

export const giveAway = declareRoute({
  method: 'post',
  path: `${base}/gift`,
  name: 'giveAway',
  who: 'buyer',
  summary: 'Makes a link for somebody else, and ends the one before',
  body: z.strictObject({ pin, message: text(0, 500).optional() }).meta({ examples: [{ message: 'Happy birthday' }] }),
  limitBytes: 8_192,
  answers: {
    201: { says: 'The new link', body: z.strictObject({ url: z.string() }).meta({ id: 'GiftLink' }), alsoAs: page },
    303: { says: 'A browser is led back to the page', mediaType: page },
    ...refusedPin,
    404: lost,
  },
  problems: [
    ...(['origin_forbidden', 'pin_wrong', 'pin_locked'] as const),
    ...(['already_opened', 'order_closed', 'code_void', 'in_progress'] as const),
  ],
});

export const reportCode = declareRoute({
  method: 'post',
  path: `${base}/report`,
  name: 'reportCode',
  who: 'buyer',
  summary: 'Says that a code does not work: from the browser that it was shown to, five times a day',
  body: z
    .strictObject({ itemId: text(1, 64), reason: z.enum(reportReasons), text: text(1, reportTextMax).optional() })
    .meta({ examples: [{ itemId: '1', reason: 'not_accepted' }] }),
  limitBytes: 8_192,
  answers: {
    201: {
      says: 'It is in the timeline',
      body: z.strictObject({ reported: z.literal(true) }).meta({ id: 'ReportedCode' }),
    },
    303: { says: 'A browser is led back to the page', mediaType: page },
    404: lost,
  },
  problems: ['origin_forbidden', 'reveal_first', 'not_issued', 'item_unknown', 'rate_limited'],
});

const ofDownloads = ['reveal_first', 'not_issued', 'code_void', 'in_progress', 'rate_limited'] as const;

export const downloadCodes = declareRoute({
  method: 'get',
  path: `${base}/codes.csv`,
  name: 'downloadCodes',
  who: 'buyer',
  summary: 'The codes as a table, for the browser that they were shown to',
  answers: { 200: { says: 'A line a code', mediaType: 'text/csv' }, 404: lost },
  problems: ofDownloads,
});

export const downloadVoucher = declareRoute({
  method: 'get',
  path: `${base}/voucher.pdf`,
  name: 'downloadVoucher',
  who: 'buyer',
  summary: 'The codes to print, for the browser that they were shown to',
  query: z.looseObject({ size: z.string().optional().meta({ description: '`receipt`: 80 mm; else A4' }) }),
  answers: { 200: { says: 'The voucher', mediaType: 'application/pdf' }, 404: lost },
  problems: ofDownloads,
});

export const downloadCalendar = declareRoute({
  method: 'get',
  path: `${base}/calendar.ics`,
  name: 'downloadCalendar',
  who: 'buyer',
  summary: 'When the codes begin and end, for a calendar: without the codes, for the browser that they were shown to',
  answers: {
    200: { says: 'An event for each time; 404 where no code has one', mediaType: 'text/calendar' },
    404: lost,
  },
  problems: ofDownloads,
});

export const savePass = declareRoute({
  method: 'get',
  path: `${base}/pass`,
  name: 'savePass',
  who: 'buyer',
  summary: 'One code for Apple Wallet or Google Wallet, where the operator has configured it',
  query: z.looseObject({
    item: z.string().optional().meta({ description: 'An itemId; else the first good code' }),
    wallet: z.string().optional().meta({ description: '`apple` or `google`; else Apple’s where there is one' }),
  }),
  answers: {
    200: {
      says: 'The pass, or where it is saved',
      body: z.strictObject({ url: z.string() }).meta({ id: 'WalletLink' }),
      alsoAs: 'application/vnd.apple.pkpass',
    },
    303: { says: 'A browser is led to Google, which is given the code', mediaType: page },
    404: lost,
  },
  problems: ofDownloads,
});

const file = (path: `/${string}`, name: string, mediaType: string) =>
  declareRoute({
    method: 'get',
    path,
    name,
    who: 'buyer',
    isForBrowsers: true,
    summary: 'A file of the page',
    answers: { 200: { says: 'The file', mediaType } },
    problems: [],
  });

export const pickupStyle = file('/assets/pickup.css', 'pickupStyle', 'text/css');
export const pickupBrandStyle = file('/assets/brand.css', 'pickupBrandStyle', 'text/css');
export const pickupScript = file('/assets/pickup.js', 'pickupScript', 'text/javascript');
