import { BSON, type Collection, type Document } from 'mongodb';

/** How the driver decodes what it answers itself: a pattern stays a text, and bytes that are no text become one. */
export const tolerant = { promoteBuffers: true, bsonRegExp: true, enableUtf8Validation: false } as const;

const options = { ...tolerant, validation: { utf8: false } } as const;

const fieldsOf = (bytes: Uint8Array): [string, unknown][] => {
  try {
    return Object.entries(BSON.deserialize(bytes, options));
  } catch {
    return [];
  }
};

const documentOf = (element: Uint8Array): Uint8Array => {
  const bytes = Buffer.alloc(element.length + 5);
  bytes.writeInt32LE(bytes.length);
  bytes.set(element, 4);
  return bytes;
};

/** What can be read of it: a field that nobody can decode is not there. */
const decoded = (bytes: Uint8Array): Document => {
  try {
    return BSON.deserialize(bytes, options);
  } catch {
    const elements = [...BSON.onDemand.parseToElements(bytes)];
    const alone = elements.map(([, name, , value, length]) => documentOf(bytes.subarray(name - 1, value + length)));
    return Object.fromEntries(alone.flatMap(fieldsOf));
  }
};

/**
 * The driver throws for a batch in which one value has no form that it knows. Here that row comes without the field, and
 * whoever looks at its shape or its seal leaves it out.
 */
export const readable = <Row extends Document>(collection: Collection<Row>): Collection<Row> => {
  const find = collection.find.bind(collection);
  const readableFind = (...[filter = {}, given]: Parameters<typeof find>) =>
    find(filter, { ...given, raw: true }).map((bytes) => decoded(bytes as unknown as Uint8Array));
  return Object.assign(collection, { find: readableFind });
};
