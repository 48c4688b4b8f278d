import { defineUpdate } from '@temporalio/workflow';
import type { amount, Code, product } from './wire';

/** What the bare api and the bare workflow say to each other. */
export interface BareOrder {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly token: string;
  readonly product: typeof product;
  readonly quantity: number;
  readonly amount: typeof amount;
}

export interface Verification {
  readonly token: string;
  readonly quantity: number;
  readonly amount: typeof amount;
}

export interface Submission {
  readonly token: string;
  readonly codes: readonly Code[];
}

export type Verdict = 'verified' | 'refused';

export const bareTaskQueue = 'bare';
export const verifyOrder = defineUpdate<Verdict, [Verification]>('verifyOrder');
export const submitCodes = defineUpdate<number, [Submission]>('submitCodes');
