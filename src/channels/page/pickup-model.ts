import type { Instructions } from '../../domain/branding';
import type { VoidRefusal } from '../../domain/messages';
import type { Amount, CloseReason, OrderState } from '../../domain/order';
import type { PickupCode, PickupDownloads } from './code-list';

/** What the page shows. Without `codes` it is a first page or a line of the stream, and holds none. */
export interface PickupModel {
  readonly orderNo: string;
  /** Of a test issuer: it says so, and leads nowhere else. */
  readonly isTest?: boolean;
  readonly productName: string;
  /** Who sold it, in the issuer's own name. */
  readonly sellerName: string;
  /** A data URI; of whole pages only. */
  readonly logo?: string | undefined;
  /** `#rrggbb`, as the issuer chose it. */
  readonly color?: string | undefined;
  /** Whom the buyer asks. */
  readonly supportEmail?: string | undefined;
  readonly supportUrl?: string | undefined;
  readonly instructions?: Instructions | undefined;
  readonly amount?: Amount | undefined;
  readonly boughtAt?: string | undefined;
  /** Of the buyer's page that lives on, and of the page of whom it was given to. With a PIN the link is in the answer to it alone. */
  readonly gift?:
    | { readonly kind: 'given'; readonly isOpened: boolean; readonly url?: string }
    | { readonly kind: 'received'; readonly message?: string | undefined }
    | undefined;
  /** Where the buyer may give it away, or give it anew; left out: not here, or not any more. */
  readonly giftUrl?: string | undefined;
  readonly quantity: number;
  readonly state: OrderState;
  /** All codes were declared void. */
  readonly isVoid?: boolean | undefined;
  /** Codes that are neither void nor replaced. */
  readonly good: number;
  /** Codes that became void or were replaced: what is open in a browser goes when there are more of them. */
  readonly ended?: number | undefined;
  /** Of a delivered order: how many of them the page can show. */
  readonly ready: number;
  /** Only in the answer to a reveal. */
  readonly codes?: readonly PickupCode[] | undefined;
  /** Where the buyer may ask for money back; left out: not here, or not now. */
  readonly refundUrl?: string | undefined;
  /** It was asked for, and is not decided. */
  readonly isRefundAsked?: boolean | undefined;
  /** Why the newest request for it was refused. */
  readonly refundRefusal?: VoidRefusal | undefined;
  /** Where whoever sees the codes says that one does not work. */
  readonly reportUrl: string;
  /** It was said, and people were told. */
  readonly isReported?: boolean | undefined;
  /** The buyer has a PIN, without which nothing is shown. */
  readonly asksPin?: boolean | undefined;
  /** Why a reveal was refused, in words for its reader. */
  readonly refusal?: string | undefined;
  readonly outstanding: number;
  readonly verifyBy?: string | undefined;
  readonly issueBy?: string | undefined;
  readonly closedReason?: CloseReason | undefined;
  readonly refundDue?: Amount | undefined;
  /** In front of every path, where PUBLIC_URL has one. */
  readonly basePath?: string;
  readonly eventsUrl: string;
  readonly revealUrl: string;
  readonly downloads: PickupDownloads;
}
