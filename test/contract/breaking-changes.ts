/** A JSON Schema, and the parts of an OpenAPI document, as far as they are compared. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly not?: Schema;
}

interface Body {
  readonly required?: boolean;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

type Operations = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

export interface Document {
  readonly paths: Operations;
  readonly webhooks?: Operations;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface Side {
  readonly document: Document;
  readonly schema: Schema;
}

const resolved = ({ document, schema }: Side): Schema => {
  if (schema.$ref === undefined) return schema;
  const named = document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''];
  return named ? resolved({ document, schema: named }) : {};
};

const optionsOf = ({ oneOf, anyOf }: Schema): readonly Schema[] | undefined => oneOf ?? anyOf;
const valuesOf = (schema: Schema): readonly unknown[] | undefined =>
  schema.enum ?? ('const' in schema ? [schema.const] : undefined);

const depthMax = 40;

/** A field that was named to be refused. */
const isNever = ({ not }: Schema): boolean => not !== undefined && Object.keys(not).length === 0;

/** `sent`: by a client, who goes on to send what it sent. `given`: to a client, who goes on to read what it read. */
type Use = 'sent' | 'given';

const changesOfSchema = (was: Side, is: Side, use: Use, at: string): string[] => {
  // A schema that holds itself has been compared.
  if (was.schema.$ref !== undefined && at.split('/').length > depthMax) return [];
  const [before, now] = [resolved(was), resolved(is)];
  const old = (schema: Schema): Side => ({ document: was.document, schema });
  const fresh = (schema: Schema): Side => ({ document: is.document, schema });

  const [beforeOptions, nowOptions] = [optionsOf(before), optionsOf(now)];
  if (beforeOptions || nowOptions) {
    return (beforeOptions ?? [before]).flatMap((option, n) => {
      const fits = (nowOptions ?? [now]).some((one) => changesOfSchema(old(option), fresh(one), use, at).length === 0);
      return fits ? [] : [`${at}: the option ${n} is gone or changed`];
    });
  }
  if (before.type !== undefined && now.type !== undefined && String(before.type) !== String(now.type))
    return [`${at}: was ${before.type}, is ${now.type}`];
  const [values, nowValues] = [valuesOf(before), valuesOf(now)];
  // A client reads on whatever a list got since; it may not send what is in it no more.
  const lost = use === 'sent' && nowValues ? (values ?? ['any other']).filter((one) => !nowValues.includes(one)) : [];
  return [
    ...lost.map((value) => `${at}: ${value} is taken no more`),
    ...(use === 'given' && values && nowValues && !values.some((one) => nowValues.includes(one))
      ? [`${at}: none of the old values is given`]
      : []),
    ...Object.entries(before.properties ?? {}).flatMap(([name, property]) => {
      if (isNever(property)) return [];
      const same = now.properties?.[name];
      return same
        ? changesOfSchema(old(property), fresh(same), use, `${at}/${name}`)
        : [`${at}/${name}: the field is gone`];
    }),
    ...(use === 'sent'
      ? (now.required ?? [])
          .filter((name) => !before.required?.includes(name))
          .map((name) => `${at}/${name}: became required`)
      : (before.required ?? [])
          .filter((name) => now.properties?.[name] && !now.required?.includes(name))
          .map((name) => `${at}/${name}: is not always given`)),
    ...(before.items && now.items ? changesOfSchema(old(before.items), fresh(now.items), use, `${at}/*`) : []),
  ];
};

const changesOfBody = (was: [Document, Body], is: [Document, Body], use: Use, at: string): string[] =>
  Object.entries(was[1].content ?? {}).flatMap(([type, { schema }]) => {
    const now = is[1].content?.[type];
    if (!now) return [`${at}: ${type} is gone`];
    if (!schema || !now.schema) return [];
    return changesOfSchema({ document: was[0], schema }, { document: is[0], schema: now.schema }, use, at);
  });

const changesOfOperation = (
  was: [Document, Operation],
  is: [Document, Operation],
  [requests, answers]: [Use, Use],
  at: string,
): string[] => {
  const [before, now] = [was[1], is[1]];
  const parameter = (name: string, of: Operation) => of.parameters?.find((one) => one.name === name);
  return [
    ...(before.parameters ?? [])
      .filter(({ name }) => !parameter(name, now))
      .map(({ name }) => `${at}?${name}: the parameter is gone`),
    ...(now.parameters ?? [])
      .filter(({ name, required }) => required && !parameter(name, before)?.required)
      .map(({ name }) => `${at}?${name}: became required`),
    ...(now.requestBody?.required && !before.requestBody?.required ? [`${at}: the body became required`] : []),
    ...(before.requestBody && !now.requestBody ? [`${at}: the body is gone`] : []),
    ...(before.requestBody && now.requestBody
      ? changesOfBody([was[0], before.requestBody], [is[0], now.requestBody], requests, `${at} body`)
      : []),
    // What stood for all the rest says nothing by itself.
    ...Object.entries(before.responses)
      .filter(([status]) => status !== 'default')
      .flatMap(([status, response]) => {
        const same = now.responses[status];
        if (!same) return [`${at} ${status}: the answer is gone`];
        return changesOfBody([was[0], response], [is[0], same], answers, `${at} ${status}`);
      }),
  ];
};

/** What of a former contract a client could rely on, and can no more. What was added is none. */
export const breakingChanges = (was: Document, is: Document): string[] => {
  const changes = (before: Operations, now: Operations, uses: [Use, Use]): string[] =>
    Object.entries(before).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) => {
        const same = now[path]?.[method];
        const at = `${method.toUpperCase()} ${path}`;
        return same ? changesOfOperation([was, operation], [is, same], uses, at) : [`${at}: is gone`];
      }),
    );
  return [
    ...changes(was.paths, is.paths, ['sent', 'given']),
    ...changes(was.webhooks ?? {}, is.webhooks ?? {}, ['given', 'sent']),
  ];
};
