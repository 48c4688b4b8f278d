import type { Request, RequestHandler } from 'express';
import { openCodes } from '../../channels/open-codes';
import { type Appointment, appointmentsOf, calendarFile } from '../../channels/page/calendar';
import { codesCsv } from '../../channels/page/codes-csv';
import { amountText, timeText } from '../../channels/page/plain-words';
import type { PageWords } from '../../channels/page/translations';
import type { PrintedCode } from '../../channels/page/voucher/voucher-cell';
import { googleWalletLink } from '../../channels/page/wallet/google-link';
import { applePassType } from '../../channels/page/wallet/wallet-pass';
import { marked } from '../../channels/test-mark';
import { downloadCalendar, downloadCodes, downloadVoucher, savePass } from '../../contract/buyer/pickup';
import type { Code } from '../../contract/code';
import type { Route } from '../../contract/route';
import { type Branding, type Instructions, instructionsFor } from '../../domain/branding';
import { Failure } from '../../domain/failures';
import { isTestIssuer } from '../../domain/ids';
import { defaultUses, goodCount, itemOf, usesLeft } from '../../domain/items';
import { sha256 } from '../../sealing/key-ring';
import { openOrder } from '../../sealing/order-row';
import { acceptedCodes } from '../../second-interface/codes-in-place';
import { bringAllWaiting } from '../../second-interface/waiting-messages';
import { type OrderRow, viewVersion } from '../../store/orders';
import type { Mount } from '../edge/mount';
import { enterByLink, findByLink, isGiven } from './find-by-link';
import { fromOneVersion } from './from-one-version';
import { wordsFor } from './page-language';
import { boughtAt, goodOf, type PageDeps } from './page-model';
import { setPrivateHeaders } from './private-headers';
import { holdsCodes } from './reveal';
import { requireReveal } from './reveal-cookie';
import { type ShownSeller, shownLogo, shownSeller } from './seller';

interface File {
  readonly mediaType: string;
  readonly body: string | Buffer;
}

/** Elsewhere, with the code in the address. */
interface Elsewhere {
  readonly address: string;
}

/** Files that hold the codes: only for a browser to which the page showed them lately. */
export const mountDownloads = (mount: Mount, pages: PageDeps): void => {
  const { orderDeps: deps, issuers, wallets, drawings, shownLimit } = pages;
  const file = (
    route: Route,
    name: string,
    make: (row: OrderRow, codes: readonly Code[], request: Request) => Promise<File | Elsewhere>,
  ): void => {
    const download: RequestHandler<{ secret: string }> = async (request, response) => {
      setPrivateHeaders(response);
      const read = () => findByLink(deps, request.params.secret);
      const first = await enterByLink(pages, request.params.secret);
      if (isGiven(first, request.params.secret)) throw new Failure('reveal_first');
      const { reveal: key } = openOrder(deps.ring, first);
      requireReveal(request as unknown as Request, { key, nowMs: deps.nowMs() });
      await shownLimit.take(first);
      const made = await fromOneVersion(
        read,
        async (row) => {
          if (!holdsCodes(row)) throw new Failure('not_issued');
          if (goodCount(row.facts) === 0) throw new Failure('code_void');
          const codes = openCodes(deps.ring, row, goodOf(row, await acceptedCodes(deps, row)));
          return make(row, codes, request as unknown as Request);
        },
        async (row) => !(await bringAllWaiting(deps, row)) && viewVersion(await read()) === viewVersion(row),
      );
      if ('address' in made) {
        if (request.accepts(['json', 'html']) === 'html') response.redirect(303, made.address);
        else response.json({ url: made.address });
        return;
      }
      const { mediaType, body } = made;
      response.type(mediaType).attachment(`${first.orderNo}-${name}`).type(mediaType).send(body);
    };
    mount.bare(route, download as unknown as RequestHandler);
  };

  file(downloadCodes, 'codes.csv', async (_row, codes) => ({
    mediaType: 'text/csv; charset=utf-8',
    body: codesCsv(codes),
  }));

  file(downloadVoucher, 'voucher.pdf', async (row, codes, request) => {
    const words = wordsFor(request);
    const seller = await shownSeller({ issuers, orderDeps: deps }, row.issuerId);
    const said = saidOf(row, seller, words, request);
    const voucher = {
      ...said,
      orderNo: row.orderNo,
      color: seller.branding?.color,
      facts: purchaseFacts(row, said, words),
      codes: codes.map((code) => ({ ...code, ...asKept(row, code) })),
    };
    const size = request.query.size === 'receipt' ? 'receipt' : 'a4';
    const drawing = { kind: 'voucher', language: words.lang, voucher, size } as const;
    return { mediaType: 'application/pdf', body: await drawings.draw(row._id, drawing) };
  });

  file(savePass, 'pass.pkpass', async (row, codes, request) => {
    const { item, wallet = wallets.apple ? 'apple' : 'google' } = request.query;
    const code = item === undefined ? codes[0] : codes.find(({ itemId }) => itemId === item);
    if (!code) throw new Failure('path_unknown');
    const seller = await shownSeller({ issuers, orderDeps: deps }, row.issuerId);
    const words = wordsFor(request);
    const kept = itemOf(row.facts, code.itemId);
    const { instructions, supportEmail, supportUrl, ...names } = saidOf(row, seller, words, request);
    const pass = {
      ...names,
      id: sha256(`${row._id}/${code.itemId}`),
      orderNo: row.orderNo,
      color: seller.branding?.color,
      logo: await shownLogo({ issuers, orderDeps: deps }, row.issuerId),
      instructions: instructions?.text,
      contacts: [supportEmail, supportUrl].filter((one) => one !== undefined),
      isTest: isTestIssuer(row.issuerId),
      isUsedUp: usesLeft(kept) === 0,
      code: { ...code, startsAt: timeOf(kept.startsAtMs), expiresAt: timeOf(kept.expiresAtMs) },
    };
    if (wallet === 'apple' && wallets.apple) {
      const drawing = { kind: 'pass', language: words.lang, settings: wallets.apple, pass } as const;
      return { mediaType: applePassType, body: await drawings.draw(row._id, drawing) };
    }
    if (wallet === 'google' && wallets.google) {
      return { address: googleWalletLink(wallets.google, pass, words, deps.nowMs()) };
    }
    throw new Failure('path_unknown');
  });

  file(downloadCalendar, 'calendar.ics', async (row, codes, request) => {
    const seller = await shownSeller({ issuers, orderDeps: deps }, row.issuerId);
    const words = wordsFor(request);
    const { sellerName, productName, instructions } = saidOf(row, seller, words, request);
    const details = [sellerName, `${words.order} ${row.orderNo}`, ...(instructions ? [instructions.text] : [])];
    const appointments = timesOf(row, codes).map((time) => ({
      ...time,
      uid: sha256(`${row._id}/${time.startsAtMs}/${time.isEnd ? 'end' : (time.expiresAtMs ?? '')}`),
    }));
    // A calendar without an event is none.
    if (appointments.length === 0) throw new Failure('path_unknown', { detail: 'No code of this order has a time' });
    const endTitle = `${words.code.validUntil}: ${productName}`;
    const body = calendarFile({ title: productName, endTitle, details }, appointments, deps.nowMs());
    return { mediaType: 'text/calendar; charset=utf-8', body };
  });
};

/** It may have been used, and its end moved, since it came. */
const asKept = ({ facts }: OrderRow, { itemId }: Code): Omit<PrintedCode, 'value' | 'secret' | 'format'> => {
  const item = itemOf(facts, itemId);
  const { uses = defaultUses, startsAtMs, expiresAtMs } = item;
  return {
    startsAt: timeOf(startsAtMs),
    expiresAt: timeOf(expiresAtMs),
    usesLeft: uses > 1 ? { left: usesLeft(item), of: uses } : undefined,
  };
};

const timeOf = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** Each once, however many codes have it. */
const timesOf = ({ facts }: OrderRow, codes: readonly Code[]): Omit<Appointment, 'uid'>[] => {
  const times = codes.flatMap(({ itemId }) => appointmentsOf(itemOf(facts, itemId)));
  return [...new Map(times.map((time) => [JSON.stringify(time), time])).values()];
};

interface Said extends Pick<Branding, 'supportEmail' | 'supportUrl'> {
  readonly sellerName: string;
  readonly productName: string;
  readonly instructions?: Instructions | undefined;
}

/** By who sold it. Readers of such files make links of addresses in texts: of a test issuer's there are none. */
const saidOf = (
  { issuerId, product }: OrderRow,
  { name, branding }: ShownSeller,
  words: PageWords,
  reader: Pick<Request, 'acceptsLanguages'>,
): Said => {
  const names = { sellerName: marked(issuerId, name, words), productName: marked(issuerId, product.name, words) };
  if (isTestIssuer(issuerId)) return { ...names, instructions: { text: words.test.means } };
  const { supportEmail, supportUrl } = branding ?? {};
  return {
    ...names,
    ...{ supportEmail, supportUrl },
    instructions: instructionsFor(product, branding, reader.acceptsLanguages()),
  };
};

/** As the page tells them. */
const purchaseFacts = (
  row: OrderRow,
  { sellerName, supportEmail, supportUrl }: Said,
  words: PageWords,
): (readonly [string, string])[] => [
  ...(isTestIssuer(row.issuerId) ? [[words.test.mark, words.test.means] as const] : []),
  [words.order, row.orderNo],
  [words.seller, sellerName],
  // Who was given it does not read what it cost.
  ...(row.gift?.hash
    ? []
    : [
        [words.price, amountText(row.amount, words.locale)] as const,
        [words.boughtOn, timeText(boughtAt(row), words.locale)] as const,
      ]),
  ...(supportEmail === undefined ? [] : [[words.questions, supportEmail] as const]),
  ...(supportUrl === undefined ? [] : [[words.helpAndTerms, supportUrl] as const]),
];
