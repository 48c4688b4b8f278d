import type { ReportReason } from '../../../domain/code-reports';
import type { VoidRefusal } from '../../../domain/messages';

/** A state of the order as its reader sees it. */
interface Said {
  readonly headline: string;
  readonly explanation: string;
}

/**
 * All that the page says, in one language. A new language is one file beside this one and a line in `index.ts`.
 * `n` and the like are counts of codes; sellers and products are named by the issuer and stand as they are.
 */
export interface PageWords {
  /** BCP 47, for the page's `lang`. */
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
  /** How times and amounts are written. */
  readonly locale: string;
  readonly title: (headline: string, orderNo: string) => string;
  readonly order: string;
  readonly codes: (n: number) => string;
  readonly soldBy: string;
  readonly deliveredBy: string;
  /** Of what a test issuer sold: in front of texts, and in a sentence. No issuer takes it away. */
  readonly test: { readonly mark: string; readonly means: string };
  readonly keepPrivate: (n: number) => string;
  readonly reloads: (seconds: number) => string;
  readonly lostLink: Said;
  /** For who has lost it. */
  readonly sendLink: {
    readonly asks: Said;
    readonly orderNo: string;
    readonly address: string;
    readonly send: string;
    readonly told: Said;
  };
  readonly progress: string;
  readonly notYet: string;
  readonly steps: readonly { readonly done: string; readonly now: string; readonly stopped: string }[];
  readonly purchase: string;
  readonly seller: string;
  readonly price: string;
  readonly boughtOn: string;
  readonly questions: string;
  readonly helpAndTerms: string;
  readonly howToRedeem: string;
  readonly refundDue: string;
  readonly refundTold: string;
  readonly refundAsked: string;
  readonly refundRefused: Readonly<Record<VoidRefusal, string>>;
  readonly askRefund: string;
  /** What asking for it means for the codes. */
  readonly refundEnds: string;
  readonly sendRefund: string;
  readonly giveAway: string;
  readonly giveAgain: string;
  /** What it means, the first time and again. */
  readonly giftMeans: string;
  readonly giftEnds: string;
  readonly giftMessage: string;
  readonly makeGift: string;
  readonly giftLink: string;
  readonly copyLink: string;
  readonly given: Said;
  readonly giftOpened: Said;
  /** To whom it was given. */
  readonly forYou: string;
  /** That a code does not work. */
  readonly report: {
    readonly title: string;
    readonly means: string;
    readonly which: string;
    readonly what: string;
    readonly reasons: Readonly<Record<ReportReason, string>>;
    readonly text: string;
    readonly send: string;
    readonly told: string;
  };
  readonly showCodes: (n: number) => string;
  readonly orderPin: string;
  readonly pinWrong: string;
  readonly pinLocked: (minutes: number) => string;
  readonly waiting: Said;
  readonly confirmBy: string;
  readonly issuing: (n: number) => Said;
  readonly dueBy: (n: number) => string;
  readonly someReady: (ready: number, n: number) => Said;
  readonly onTheWay: (n: number) => Said;
  readonly arrived: (n: number) => Said;
  readonly shown: (n: number) => Said;
  readonly arrivedInPart: (arrived: number, n: number, missing: number) => Said;
  readonly notShown: (lost: number, orderNo: string) => Said;
  readonly isVoid: (n: number) => Said;
  readonly undeliverable: (n: number) => Said;
  readonly refused: Said;
  readonly noCodeInTime: Said;
  readonly notConfirmedInTime: Said;
  readonly cancelled: Said;
  readonly cancelledBySeller: Said;
  readonly code: {
    readonly one: string;
    readonly many: string;
    readonly of: (place: number, n: number) => string;
    readonly show: string;
    readonly hide: string;
    readonly showAll: string;
    readonly copyAll: string;
    readonly copy: string;
    readonly copyPin: string;
    readonly pin: string;
    readonly enlarge: string;
    readonly validFrom: string;
    readonly validUntil: string;
    readonly used: string;
    readonly usesLeft: string;
    readonly usesOf: (left: number, of: number) => string;
    readonly replacedBy: string;
    /** In place of the code. */
    readonly ended: Readonly<Record<'void' | 'replaced' | 'expired', string>>;
    readonly search: string;
    /** Of a barcode, beside a QR code with the same in it. */
    readonly tooWide: string;
    readonly expired: string;
    readonly item: string;
    readonly download: string;
    readonly calendar: string;
    readonly appleWallet: string;
    readonly googleWallet: string;
    readonly voucher: string;
    /** On a voucher, in place of a code. */
    readonly notPrinted: string;
    readonly open: string;
    readonly pictures: Readonly<Record<'link' | 'qr' | 'barcode' | 'code2d', string>>;
  };
  /** Of the mail or SMS that brings the link. */
  readonly message: {
    readonly what: (n: number) => string;
    readonly subject: (n: number, product: string) => string;
    readonly ready: (n: number, seller: string, product: string) => string;
    readonly seeHere: (n: number) => string;
    readonly show: (n: number) => string;
    readonly orCopy: string;
    readonly keepPrivate: (n: number) => string;
    readonly questions: (seller: string) => string;
    readonly short: (n: number, seller: string, product: string) => string;
  };
  /** Said by the page's script; plain texts, `{n}` is a number. */
  readonly script: {
    readonly live: string;
    readonly waiting: string;
    readonly offline: string;
    readonly stopped: string;
    readonly anyMoment: string;
    readonly secondsLeft: string;
    readonly minutesLeft: string;
    readonly hoursLeft: string;
    readonly hideAll: string;
    readonly copied: string;
    readonly copyByHand: string;
    readonly copiedAloud: string;
    readonly copyFailedAloud: string;
    readonly failed: string;
    readonly expired: string;
    readonly found: string;
    readonly toScan: string;
    readonly close: string;
  };
}
