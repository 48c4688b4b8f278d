/** In front of every path, where PUBLIC_URL has one; the page says it. */
export const basePath = globalThis.document?.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '';
