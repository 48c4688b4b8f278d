import { z } from 'zod';
import { callsAtOnceRange, settingOrigins } from '../../domain/settings';
import { integer, text, windowSeconds } from '../fields';
import { limit, pageOf } from '../query';
import { declareRoute, type Wire } from '../route';

/** Windows, delays and calls at once, on three levels: of the platform, of an issuer, of a product. */
const platformPath = '/v1/operator/settings';
const issuerPath = '/v1/operator/issuers/{issuerId}';
const productPath = `${issuerPath}/products/{productId}/settings` as const;

/** Seconds between attempts; the last one of a notice repeats until the window closes, events end after theirs. */
const delaysSeconds = z.array(integer(1, 86_400)).min(1).max(50);

/** Of a product; an issuer and the platform have `callsAtOnce` as well. */
const productSettings = {
  verifyWindowSeconds: windowSeconds,
  issueWindowSeconds: windowSeconds,
  noticeDelaysSeconds: delaysSeconds,
  eventDelaysSeconds: delaysSeconds,
  deliveryDelaysSeconds: delaysSeconds,
};

export const orderSettings = {
  ...productSettings,
  callsAtOnce: integer(callsAtOnceRange.min, callsAtOnceRange.max),
};

const example = { examples: [{ verifyWindowSeconds: 900, noticeDelaysSeconds: [10, 30, 60] }] };

/** All of one level: what is left out is inherited. */
const settingsRequest = z.strictObject(orderSettings).partial().meta(example);

const twoPersons = z.boolean().meta({ description: 'A terminal changed by an operator waits for another operator' });
const goLive = z.enum(['open', 'conformance']).meta({
  description: 'conformance: a new issuer sells test products alone until an admin lets it go live',
});
const callbackOwnership = z.enum(['off', 'required']).meta({
  description: 'required: a callback address is called once its host is proved to be its issuer’s own',
});
const ofPlatform = { ...orderSettings, twoPersons, goLive, callbackOwnership };
const platformSettingsRequest = z.strictObject(ofPlatform).partial().meta(example);

/** Named, so that whoever sets it for a product hears where it belongs and not that there is no such field. */
const productSettingsRequest = z
  .strictObject({
    ...productSettings,
    callsAtOnce: z.never({ error: 'is set for the platform or an issuer: all products of an issuer have one server' }),
  })
  .partial()
  .meta(example);

const someSettings = z.strictObject(ofPlatform).partial().meta({ id: 'SomeSettings' });

/** Each value that counts, and which level gave it. */
const effective = <S extends z.ZodType>(value: S) => z.strictObject({ value, from: z.enum(settingOrigins) });
const effectiveSettings = z
  .strictObject({
    verifyWindowSeconds: effective(windowSeconds),
    issueWindowSeconds: effective(windowSeconds),
    noticeDelaysSeconds: effective(delaysSeconds),
    eventDelaysSeconds: effective(delaysSeconds),
    deliveryDelaysSeconds: effective(delaysSeconds),
    callsAtOnce: effective(orderSettings.callsAtOnce),
  })
  .meta({ id: 'EffectiveSettings' });

const settings = z.strictObject({ settings: someSettings, effective: effectiveSettings }).meta({ id: 'Settings' });
export type SettingsBody = Wire<typeof settings>;

const answers = { 200: { says: 'What is set at this level, and what counts', body: settings } } as const;

export const readPlatformSettings = declareRoute({
  method: 'get',
  path: platformPath,
  name: 'readPlatformSettings',
  who: 'viewer',
  summary: 'Windows, delays and calls at once of the platform',
  answers,
  problems: [],
});

export const replacePlatformSettings = declareRoute({
  method: 'put',
  path: platformPath,
  name: 'replacePlatformSettings',
  who: 'admin',
  summary: 'Replaces them; what is left out is built in',
  body: platformSettingsRequest,
  answers,
  problems: ['callback_not_proved'],
});

export const readIssuerSettings = declareRoute({
  method: 'get',
  path: `${issuerPath}/settings`,
  name: 'readIssuerSettings',
  who: 'viewer',
  summary: 'Windows, delays and calls at once of an issuer',
  answers,
  problems: ['issuer_unknown'],
});

export const replaceIssuerSettings = declareRoute({
  method: 'put',
  path: `${issuerPath}/settings`,
  name: 'replaceIssuerSettings',
  who: 'admin',
  summary: 'Replaces them; what is left out is the platform’s',
  body: settingsRequest,
  answers,
  problems: ['issuer_unknown'],
});

export const listProducts = declareRoute({
  method: 'get',
  path: `${issuerPath}/products`,
  name: 'listProducts',
  who: 'viewer',
  summary: 'Products with settings of their own, by id',
  /** Its cursor is the last product's id. */
  query: z.strictObject({ limit, cursor: text(1, 64).optional() }),
  answers: {
    200: {
      says: 'A page of products',
      body: pageOf(z.strictObject({ productId: text(1, 64), settings: someSettings })).meta({ id: 'ProductPage' }),
    },
  },
  problems: ['issuer_unknown'],
});

export const readProductSettings = declareRoute({
  method: 'get',
  path: productPath,
  name: 'readProductSettings',
  who: 'viewer',
  summary: 'Windows and delays of a product',
  answers,
  problems: ['issuer_unknown'],
});

export const replaceProductSettings = declareRoute({
  method: 'put',
  path: productPath,
  name: 'replaceProductSettings',
  who: 'admin',
  summary: 'Replaces them; what is left out is the issuer’s',
  body: productSettingsRequest,
  answers,
  problems: ['issuer_unknown'],
});

const seconds = integer(0, Number.MAX_SAFE_INTEGER);

/** Below 0 where the clock of a test order was moved. */
const extension = z.int();

export const readOrderSettings = declareRoute({
  method: 'get',
  path: '/v1/operator/orders/{issuerId}/{orderNo}/settings',
  name: 'readOrderSettings',
  who: 'viewer',
  summary: 'The windows that an order has, and what counts for its product today',
  answers: {
    200: {
      says: 'Its windows, and what counts today',
      body: z
        .strictObject({
          order: z.strictObject({
            verifyWindowSeconds: seconds,
            issueWindowSeconds: seconds,
            verifyExtensionSeconds: extension,
            issueExtensionSeconds: extension,
          }),
          effective: effectiveSettings,
        })
        .meta({ id: 'OrderSettings' }),
    },
  },
  problems: ['order_unknown', 'issuer_unknown'],
});
