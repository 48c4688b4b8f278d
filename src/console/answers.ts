import type { Order, Timeline } from '../contract/order';
import type { FieldError } from '../domain/failures';
import type { Role } from '../domain/operator';
import type { EffectiveSetting, OrderSettings, SomeSettings } from '../domain/settings';
import type { NextStep } from '../domain/words/why-no-code';
import type { CallBodies } from '../operator/calls/call-bodies';
import type { Replay } from '../operator/calls/call-replay';
import type { callsSummary, IssuerCall } from '../operator/calls/issuer-calls';
import type { Overview } from '../operator/overview/overview';
import type { PlatformHealth } from '../operator/platform-health';
import type { VoidCodes } from '../operator/void-codes';

/** What the operator API answers, by the platform's own types: no code of it comes into the browser. */
export type { Overview, PlatformHealth };

export interface Page<Row> {
  readonly data: readonly Row[];
  readonly nextCursor?: string | null;
}

export interface OrderName {
  readonly issuerId: string;
  readonly orderNo: string;
}

/** For operators with what became of codes that are void. */
export type OrderAnswer = Order & { readonly codesVoid?: VoidCodes };

/** An action on an order that the engine could not be asked about is written down instead. */
export type Acted = OrderAnswer | { readonly status: 'queued' };

export type TimelineAnswer = Timeline;

export interface WhyAnswer {
  readonly why: string;
  readonly next?: NextStep;
}

export type Effective = Readonly<Record<keyof OrderSettings, EffectiveSetting>>;

export interface SettingsAnswer {
  readonly settings: SomeSettings;
  readonly effective: Effective;
}

export interface OrderSettingsAnswer {
  readonly order: {
    readonly verifyWindowSeconds: number;
    readonly issueWindowSeconds: number;
    readonly verifyExtensionSeconds: number;
    readonly issueExtensionSeconds: number;
  };
  readonly effective: Effective;
}

export type Callback =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'function'; readonly name: string };

export interface TerminalAnswer {
  readonly channel: string;
  readonly [field: string]: string | undefined;
}

export interface IssuerAnswer {
  readonly issuerId: string;
  readonly name: string;
  readonly state: 'active' | 'paused';
  readonly callback: Callback;
  readonly codeMode: 'request' | 'push';
  readonly terminal?: TerminalAnswer;
  readonly verifyWindowSeconds: number;
  readonly issueWindowSeconds: number;
  readonly publicKey?: string;
  readonly createdAt: string;
}

export interface IssuerCallsAnswer {
  readonly orders: number;
  readonly summary: ReturnType<typeof callsSummary>;
  readonly circuits: PlatformHealth['circuits'];
  readonly throttled: number;
  readonly data: readonly IssuerCall[];
}

export type IssuerCallAnswer = IssuerCall & CallBodies & { readonly issuerId: string; readonly resend: Replay };
export type { IssuerCall };

export interface OfferedChannel {
  readonly channel: string;
  readonly label: string;
  readonly address?: {
    readonly field: string;
    readonly label: string;
    readonly kind: 'url' | 'email' | 'tel' | 'text';
    readonly placeholder: string;
  };
}

export interface BatchAnswer {
  readonly matched: number;
  readonly changed: number;
  readonly failed: readonly (OrderName & { readonly code: string })[];
  readonly nextCursor?: string;
}

export interface MaintenanceAnswer {
  readonly on: boolean;
  readonly reason?: string;
  readonly since?: string;
  readonly by?: string;
}

export interface DeliveryKeysAnswer {
  readonly keys: readonly {
    readonly id: string;
    readonly publicKey: string;
    readonly createdAt: string;
    readonly endsAt?: string;
  }[];
}

export interface FailureAnswer extends OrderName {
  readonly kind: 'stuck' | 'undeliverable' | 'bounced' | 'event_given_up';
  readonly why: string;
  readonly at: string;
}

export interface AuditAnswer {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

export interface SessionAnswer {
  readonly csrf: string;
  readonly operator: { readonly name: string; readonly role: Role };
  readonly temporalUi?: { readonly url: string; readonly namespace: string };
}

export interface ReadinessAnswer {
  readonly parts: Readonly<Record<'temporal' | 'mongodb' | 'reconciler', string>>;
  readonly reconcilerAgeSeconds: number;
  readonly maintenance?: string;
}

export interface ProblemAnswer {
  readonly status?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly requestId?: string;
}
