import express, { type RequestHandler } from 'express';

export const bodyLimitBytes = 256 * 1024;
export const codesLimitBytes = 1024 * 1024;

/** Kept as the bytes that came: signatures are over them. Checked before anything else, so that size costs nothing. */
export const rawBody = (limitBytes: number): RequestHandler =>
  express.raw({ type: () => true, limit: limitBytes, inflate: false });

export const bytesOf = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));
