import { MongoError } from 'mongodb';

/** The database is away or did not answer in time: what it was asked may still have happened. */
export const isStoreError = (error: unknown): boolean => error instanceof MongoError;

/** Duplicate key: the unique indexes are the real guards, so this is an answer and not an error. */
export const isDuplicate = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
