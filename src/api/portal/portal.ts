import type { Response } from 'express';
import type { RowReader } from '../../bounded/row-reader';
import * as routes from '../../contract/issuer/portal';
import { createIssuerPortalLink } from '../../contract/operator/issuers';
import * as pages from '../../contract/portal';
import { Failure } from '../../domain/failures';
import type { AuditTrails } from '../../operator/audit-trail';
import { isSameText } from '../../signing/same-text';
import { type Issuers, isSameGeneration } from '../../store/issuers';
import type { PortalSessions } from '../auth/portal-sessions';
import { basePathOf } from '../edge/base-path';
import type { Mount } from '../edge/mount';
import { mountPage, setPageHeaders } from '../edge/mount-page';
import { pageOf, positionOf } from '../edge/paging';
import type { AuditedByIssuer } from '../issuer/audited';
import { requireSameOrigin } from '../pickup/same-origin';
import { deadLinkPage, linkPage, shownIssuer } from './link-page';
import type { AskedLink, LinkMaker } from './links';

interface Portal {
  readonly links: LinkMaker;
  readonly rowReader: RowReader;
  /** What is left of all who were put out, with the links that wait. @returns How many were signed in. */
  readonly clearOut: (issuer: { readonly _id: string }) => Promise<number>;
  readonly sessions: PortalSessions;
  readonly issuers: Issuers;
  readonly audit: AuditTrails;
  readonly audited: AuditedByIssuer;
  readonly publicUrl: string;
}

const linkCsp =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** The issuer's own page: links to it, who is signed in, and its files. All else there are the issuer's own calls. */
export const mountPortal = (mount: Mount, deps: Portal): void => {
  mountTeam(mount, deps);
  mountLinks(mount, deps);
  mountOwnSession(mount, deps);
};

const linkDeed = (target: string, { role, name, expiresInSeconds }: AskedLink) =>
  ({
    action: 'portal.link_made',
    target,
    after: { role, expiresInSeconds, ...(name === undefined ? {} : { name }) },
  }) as const;

const mountTeam = (mount: Mount, { links, clearOut, sessions, issuers, audited, rowReader }: Portal): void => {
  mount.issuer(routes.createPortalLink)(async ({ issuer, session, body }) => ({
    status: 201,
    body: await audited({ issuer, session }, (trail) =>
      trail(linkDeed(issuer._id, body), () => links.make(issuer, body)),
    ),
  }));

  mount.operator(createIssuerPortalLink)(async ({ params: { issuerId }, body, audit }) => {
    const issuer = await issuers.find(issuerId);
    if (!issuer) throw new Failure('issuer_unknown');
    return { status: 201, body: await audit(linkDeed(issuerId, body), () => links.make(issuer, body)) };
  });

  mount.issuer(routes.listPortalSessions)(async ({ issuer, session, query: { limit, cursor } }) => {
    const before = cursor === undefined ? undefined : positionOf(cursor);
    const found = await sessions.list(issuer._id, before, limit + 1);
    return {
      status: 200,
      body: pageOf(
        found,
        limit,
        rowReader.of('portalSessions', ({ _id, person, startedAt, seenAt, endsAt }: (typeof found)[number]) =>
          person && isSameGeneration(person, issuer)
            ? {
                sessionId: _id,
                name: person.name,
                role: person.role,
                startedAt: startedAt.toISOString(),
                seenAt: seenAt.toISOString(),
                endsAt: endsAt.toISOString(),
                isThis: _id === session?.id,
              }
            : undefined,
        ),
      ),
    };
  });

  mount.issuer(routes.endPortalSessions)(async ({ issuer, session, body: { sessionId } }) => {
    const deed = { action: 'portal.sessions_ended', target: issuer._id } as const;
    const endAll = async (): Promise<number> => {
      await issuers.putOut(issuer._id);
      return clearOut(issuer);
    };
    const end = () => (sessionId === undefined ? endAll() : sessions.end({ name: issuer._id, _id: sessionId }));
    const ended = await audited(
      { issuer, session },
      (trail) => trail(deed, end, (count) => ({ after: { ended: count } })),
      'sessions',
    );
    return { status: 200, body: { ended } };
  });
};

const mountLinks = (mount: Mount, { links, sessions, issuers, audit, publicUrl }: Portal): void => {
  const basePath = basePathOf(publicUrl);
  const { portalPage: page, portalPageSlash: slash, portalFile: file } = pages;
  const { assets } = mountPage(mount, { name: 'portal', routes: { page, slash, file }, basePath });

  /** Nobody is told to wait: links are too long to be guessed, and any web page lets its readers' browsers try some. */
  const answerDead = (response: Response): void => {
    response.status(404).type('html').send(deadLinkPage(assets));
  };

  mount.bare(pages.showPortalLink, async (request, response) => {
    setPageHeaders(response, linkCsp);
    const person = await links.look(String(request.params.secret));
    const issuer = person && (await issuers.find(person.issuerId));
    if (person && isSameGeneration(person, issuer)) response.type('html').send(linkPage(assets, person, issuer.name));
    else answerDead(response);
  });

  mount.bare(pages.usePortalLink, async (request, response) => {
    setPageHeaders(response, linkCsp);
    // Another site must not sign anybody in without that one's knowing.
    requireSameOrigin(request, publicUrl);
    const person = await links.use(String(request.params.secret));
    if (!person || !isSameGeneration(person, await issuers.find(person.issuerId))) {
      answerDead(response);
      return;
    }
    const { issuerId, role, name } = person;
    const deed = { action: 'portal.signed_in', target: issuerId, after: { role } } as const;
    response.cookie(...(await audit.ofIssuer(issuerId, name)(deed, () => sessions.begin(person))));
    response.setHeader('location', `${basePath}${page.path}`);
    response.status(303).end();
  });
};

const mountOwnSession = (mount: Mount, { sessions, issuers, audit }: Portal): void => {
  /** @throws Failure `signature_invalid` */
  const expectSession = async (cookieHeader: string | undefined) => {
    const session = await sessions.of(cookieHeader);
    const issuer = session && (await issuers.findEver(session.issuerId));
    if (session && isSameGeneration(session, issuer))
      return { ...session, issuerName: shownIssuer(session.issuerId, issuer.name) };
    throw new Failure('signature_invalid', { detail: 'This browser is not signed in' });
  };

  mount.open(pages.readPortalSession)(async ({ request, response }) => {
    const { issuerId, issuerName, name, role, csrf, endsAtMs } = await expectSession(request.get('cookie'));
    response.setHeader('cache-control', 'no-store');
    return { status: 200, body: { issuerId, issuerName, name, role, csrf, endsAt: new Date(endsAtMs).toISOString() } };
  });

  mount.open(pages.leavePortal)(async ({ request, response }) => {
    const { id, csrf, issuerId, name } = await expectSession(request.get('cookie'));
    if (!isSameText(request.get('x-csrf-token') ?? '', csrf)) {
      throw new Failure('signature_invalid', { detail: 'A change by a session needs its x-csrf-token' });
    }
    const deed = { action: 'portal.signed_out', target: issuerId } as const;
    await audit.ofIssuer(issuerId, name)(deed, () => sessions.end({ _id: id }));
    response.cookie(...sessions.endedCookie());
    return { status: 204 };
  });
};
