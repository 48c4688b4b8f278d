import type { Request, Response } from 'express';
import type { PageWords } from '../../channels/page/translations';
import { renderPickupPage } from '../../channels/page/view';
import type { Failure } from '../../domain/failures';
import type { OrderRow } from '../../store/orders';
import { wordsFor } from './page-language';
import { documentModel, type PageDeps } from './page-model';

/** To who asked by a form: the page again, which says why and asks once more. */
export const showRefusal = async (
  pages: PageDeps,
  request: Request,
  response: Response,
  row: OrderRow,
  failure: Failure,
): Promise<void> => {
  const words = wordsFor(request);
  const { retryAfterSeconds } = failure.extras;
  const refusal = refusalOf(failure, words);
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
  const model = await documentModel(pages, row, String(request.params.secret), request);
  response
    .status(failure.status)
    .type('html')
    .send(renderPickupPage({ ...model, refusal }, words));
};

const refusalOf = ({ code, extras: { retryAfterSeconds = 60 } }: Failure, words: PageWords): string => {
  if (code === 'pin_locked') return words.pinLocked(Math.ceil(retryAfterSeconds / 60));
  return code === 'pin_wrong' ? words.pinWrong : words.script.failed;
};
