import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Readable by everyone who may read the Temporal UI: never a code, a token or a person's address. */
export const issuerIdAttribute = defineSearchAttributeKey('IssuerId', SearchAttributeType.KEYWORD);
export const orderNoAttribute = defineSearchAttributeKey('OrderNo', SearchAttributeType.KEYWORD);
export const orderStateAttribute = defineSearchAttributeKey('OrderState', SearchAttributeType.KEYWORD);

export const searchAttributeNames = [issuerIdAttribute.name, orderNoAttribute.name, orderStateAttribute.name];
