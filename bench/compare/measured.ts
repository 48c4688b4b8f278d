import type { EngineCalls, HistorySize } from './engine-counts';
import type { IssuerCounts } from './issuers-process';
import type { PhaseName } from './phases';
import type { SideName } from './wire';

export interface Latencies {
  readonly p50?: number | undefined;
  readonly p95?: number | undefined;
  readonly p99?: number | undefined;
}

/** What happened in one second of a phase, from the first order's due time on. */
export interface Second {
  readonly offered: number;
  readonly accepted: number;
  readonly refused: number;
  readonly delivered: number;
}

/** How every order of a phase ended, those outside of the window too. */
export interface Endings {
  readonly placed: number;
  readonly accepted: number;
  readonly refused: number;
  readonly unanswered: number;
  readonly deliveredOnce: number;
  /** Accepted, and not delivered by the drain's limit. */
  readonly notDelivered: number;
  readonly deliveredAgain: number;
  /** Delivered, although no 201 was seen. */
  readonly deliveredUnaccepted: number;
  readonly wrongCodes: number;
  readonly strays: number;
  /** Answers other than 201, by status or error. */
  readonly answers: Readonly<Record<string, number>>;
}

/** One phase of one side in one round. Times are milliseconds. */
export interface Measured {
  readonly side: SideName;
  readonly phase: PhaseName;
  readonly round: number;
  readonly windowMs: number;
  readonly offeredPerSecond?: number;
  readonly deliveredPerSecond: number;
  readonly ordersInWindow: number;
  readonly accept: Latencies;
  readonly refuse: Latencies;
  readonly paymentToCode: Latencies;
  /** From the load's end until the last accepted order was delivered. */
  readonly drainMs: number;
  readonly endings: Endings;
  readonly issuers: IssuerCounts;
  /** CPU ms per delivered order, by process. */
  readonly cpuPerOrder: Readonly<Record<string, number>>;
  /** Share of one core, by process; those of the other side rest. */
  readonly cpuShare: Readonly<Record<string, number>>;
  readonly restingCpuShare: number;
  readonly machineBusy: number;
  readonly machineStolen: number;
  readonly rssMiB: Readonly<Record<string, number>>;
  /** Of the whole phase, divided by all its delivered orders. */
  readonly engineCallsPerOrder: EngineCalls;
  readonly databaseOperationsPerOrder?: Readonly<Record<string, number>>;
  /** Bytes given to the disk by engine and database. */
  readonly writtenPerOrder: Readonly<Record<string, number>>;
  readonly seconds: readonly Second[];
}

/** What one side left behind at the end of a round. */
export interface RoundEnd {
  readonly side: SideName;
  readonly round: number;
  /** Single orders, one after the other. */
  readonly histories: readonly HistorySize[];
  /** Of orders among 63 others. */
  readonly crowdedHistories: readonly HistorySize[];
  readonly accepted: number;
  /** How much the stopped engine's and database's files are longer than before the first order, per order. */
  readonly keptPerOrder: Readonly<Record<string, number>>;
  readonly executions: Readonly<Record<string, number>>;
  readonly rowsByState?: Readonly<Record<string, number>>;
}
