import type { PageWords } from './page-words';

const codes = (n: number, one: string, many: string): string => (n === 1 ? one : many);

export const en: PageWords = {
  lang: 'en',
  dir: 'ltr',
  locale: 'en-GB',
  title: (headline, orderNo) => `${headline} · Order ${orderNo}`,
  order: 'Order',
  codes: (n) => `${n} codes`,
  soldBy: 'Sold by',
  deliveredBy: 'Delivered by',
  keepPrivate: (n) => `Keep this page’s link to yourself: whoever has it can see your ${codes(n, 'code', 'codes')}.`,
  reloads: (seconds) => `This page reloads by itself every ${seconds} seconds.`,
  lostLink: {
    headline: 'There is nothing at this link',
    explanation:
      'It may be mistyped or cut off, or its time is over. Open it once more from the message that brought it, or ask the seller.',
  },
  progress: 'Progress',
  notYet: 'Not yet:',
  steps: [
    { done: 'Paid', now: 'Paying', stopped: 'Not paid' },
    { done: 'Confirmed', now: 'Confirming', stopped: 'Not confirmed' },
    { done: 'Issued', now: 'Issuing', stopped: 'Not issued' },
    { done: 'Here', now: 'Arriving', stopped: 'Not delivered' },
  ],
  refundDue: 'Refund due',
  refundTold: 'The seller has been told that you are owed this. Ask the seller if it does not reach you.',
  refundAsked: 'A refund was asked for. The seller decides about it.',
  askRefund: 'Ask for a refund',
  refundEnds: 'The seller decides. If it agrees, the codes of this order can no longer be used.',
  sendRefund: 'Ask the seller',
  orderPin: 'Your PIN',
  pinWrong: 'That is not the PIN of this order.',
  pinLocked: (minutes) => `Too many wrong PINs. Try again in ${codes(minutes, '1 minute', `${minutes} minutes`)}.`,
  showCodes: (n) => (n === 1 ? 'Show my code' : `Show my ${n} codes`),
  waiting: {
    headline: 'Waiting for the seller’s confirmation',
    explanation: 'Your payment is in. The seller is checking your order now; this usually takes a moment.',
  },
  confirmBy: 'The seller has to confirm by',
  issuing: (n) => ({
    headline: codes(n, 'Your code is being issued', 'Your codes are being issued'),
    explanation: `The seller has confirmed your order and is making your ${codes(n, 'code', 'codes')} now.`,
  }),
  dueBy: (n) => codes(n, 'Your code is due by', 'Your codes are due by'),
  someReady: (ready, n) => ({
    headline: `${ready} of ${n} codes ${ready === 1 ? 'is' : 'are'} ready`,
    explanation: 'You get them together as soon as the rest is here, or what there is when the time is up.',
  }),
  onTheWay: (n) => ({
    headline: codes(n, 'Your code is on its way', 'Your codes are on their way'),
    explanation: 'Issued and on the last stretch to you.',
  }),
  arrived: (n) => ({
    headline: n === 1 ? 'Your code has arrived' : `Your ${n} codes have arrived`,
    explanation: `Show ${codes(n, 'it', 'them')} when you are ready, with nobody looking over your shoulder.`,
  }),
  shown: (n) => ({
    headline: n === 1 ? 'Your code' : `Your ${n} codes`,
    explanation: `Whoever sees ${codes(n, 'it', 'them')} can use ${codes(n, 'it', 'them')}.`,
  }),
  arrivedInPart: (arrived, n, missing) => ({
    headline: `${arrived} of ${n} codes ${arrived === 1 ? 'has' : 'have'} arrived`,
    explanation: `The seller could not issue ${missing === 1 ? 'the other one' : `the other ${missing}`} in time. What arrived is yours to use.`,
  }),
  notShown: (lost, orderNo) => {
    const it = codes(lost, 'it', 'them');
    return {
      headline: lost === 1 ? 'A code cannot be shown' : `${lost} codes cannot be shown`,
      explanation: `We had ${it} and cannot find ${it} now. Ask the seller for ${it}, and name order ${orderNo}.`,
    };
  },
  isVoid: (n) => ({
    headline: codes(n, 'Your code is void', 'Your codes are void'),
    explanation: `${codes(n, 'It was', 'They were')} taken back and can no longer be used or shown.`,
  }),
  undeliverable: (n) => ({
    headline: codes(n, 'Your code could not be delivered yet', 'Your codes could not be delivered yet'),
    explanation: 'Issued, but the delivery failed. A person is looking into it, and this page changes when it works.',
  }),
  refused: {
    headline: 'The seller refused this order',
    explanation: 'The seller cannot provide what you ordered, so no code will come.',
  },
  noCodeInTime: {
    headline: 'No code came in time',
    explanation: 'The seller confirmed your order but issued no code in time, so the order has ended.',
  },
  notConfirmedInTime: {
    headline: 'The seller did not confirm in time',
    explanation: 'Your order has ended without a code.',
  },
  cancelled: {
    headline: 'This order was cancelled',
    explanation: 'It was cancelled before a code reached you, so no code will come.',
  },
  cancelledBySeller: {
    headline: 'This order was cancelled',
    explanation: 'The seller cancelled it, so no code will come.',
  },
  code: {
    one: 'Your code',
    many: 'Your codes',
    of: (place, n) => `Code ${place} of ${n}`,
    show: 'Show code',
    hide: 'Hide code',
    showAll: 'Show all',
    copyAll: 'Copy all',
    copy: 'Copy code',
    copyPin: 'Copy PIN',
    pin: 'PIN',
    enlarge: 'Enlarge to scan',
    validUntil: 'Valid until',
    expired: 'Expired',
    item: 'Item',
    download: 'Download as CSV',
    voucher: 'Voucher to print (PDF)',
    open: 'Redeem',
    pictures: { link: 'QR code with the link', qr: 'QR code', barcode: 'Barcode', code2d: 'Code to scan' },
  },
  script: {
    live: 'Live',
    waiting: 'Reconnecting…',
    offline: 'You are offline',
    stopped: 'Not updating. Reload the page.',
    anyMoment: '(any moment now)',
    secondsLeft: '({n} s left)',
    minutesLeft: '({n} min left)',
    hoursLeft: '({n} h left)',
    hideAll: 'Hide all',
    copied: 'Copied',
    copyByHand: 'Select and copy by hand',
    copiedAloud: 'Copied to the clipboard.',
    copyFailedAloud: 'Copying failed. The code is selected.',
    failed: 'That did not work. Try again in a moment.',
    toScan: 'Code to scan',
    close: 'Close',
  },
};
