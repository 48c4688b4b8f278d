import express, { type RequestHandler } from 'express';
import { createHeldBytes } from './held-bytes';

export const bodyLimitBytes = 256 * 1024;

const hold = createHeldBytes();

/** Kept as the bytes that came: signatures are over them. Checked before anything else, so that size costs nothing. */
export const rawBody = (limitBytes: number): RequestHandler => {
  const read = express.raw({ type: () => true, limit: limitBytes });
  return (request, response, next) => {
    // Whether it is compressed is looked at with the media type, after the signature over these very bytes.
    const encoding = request.headers['content-encoding'];
    delete request.headers['content-encoding'];
    const letGo = hold(request);
    read(request, response, (error?: unknown) => {
      letGo();
      if (encoding !== undefined) request.headers['content-encoding'] = encoding;
      next(error);
    });
  };
};

export const bytesOf = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));
