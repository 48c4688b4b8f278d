import pino, { type Logger } from 'pino';

/** Fields that may hold a secret are cut wherever they appear; codes are never given to a logger at all. */
const secretFields = [
  'token',
  'secret',
  'value',
  'codes',
  'authorization',
  'cookie',
  'pickupUrl',
  'address',
  'number',
  'url',
];

export const createLogger = (level: string, part: string): Logger =>
  pino({
    level,
    base: { part },
    redact: {
      paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '[cut]',
    },
    serializers: {
      // An error's message may carry what it failed on: its name and code must do, and the stack's own lines.
      err: (error: unknown) =>
        error instanceof Error
          ? {
              name: error.name,
              code: Reflect.get(error, 'code'),
              stack: error.stack
                ?.split('\n')
                .filter((line) => line.trimStart().startsWith('at '))
                .slice(0, 8)
                .join('\n'),
            }
          : { name: typeof error },
    },
  });
