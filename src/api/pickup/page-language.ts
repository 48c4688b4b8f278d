import type { Request } from 'express';
import { type PageWords, pageLanguages, pageWords } from '../../channels/page/translations';

/** The language that the reader's browser prefers, among those that there are. */
export const wordsFor = (request: Pick<Request, 'acceptsLanguages'>): PageWords =>
  pageWords(request.acceptsLanguages(pageLanguages));
