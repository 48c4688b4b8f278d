import { product } from '../../contract/fields';
import * as routes from '../../contract/operator/settings';
import { bodyInvalid } from '../../contract/problem';
import { Failure } from '../../domain/failures';
import {
  effectiveSettings,
  type PlatformSettings,
  platformSettings,
  type SettingLevels,
  someSettings,
} from '../../domain/settings';
import type { OrderDeps } from '../../second-interface/ask-order';
import { expectKnown } from '../../second-interface/find-order';
import { requireUntouched } from '../../second-interface/untouched-order';
import type { IssuerRow, Issuers } from '../../store/issuers';
import type { Mount } from '../edge/mount';

const namedMax = 10;

export interface OperatorSettings {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
}

/** Windows, delays and calls at once of the platform, an issuer, a product: PUT replaces all of one level, what is left out is inherited. */
export const mountOperatorSettings = (mount: Mount, deps: OperatorSettings): void => {
  const { orderDeps, issuers } = deps;
  const { settings } = orderDeps;

  const findIssuer = async (issuerId: string | undefined): Promise<IssuerRow> => {
    const issuer = issuerId === undefined ? null : await issuers.find(issuerId);
    if (!issuer) throw new Failure('issuer_unknown');
    return issuer;
  };

  /** Whoever is called today goes on being called. @throws Failure `callback_not_proved` */
  const requireAllProved = async ({ callbackOwnership }: PlatformSettings): Promise<void> => {
    if (callbackOwnership !== 'required') return;
    const before = await settings.platform();
    if (before.callbackOwnership === 'required' && !before.isLost) return;
    const left = await issuers.activeWithoutProof(namedMax + 1);
    if (left.length === 0) return;
    const names = `${left.slice(0, namedMax).join(', ')}${left.length > namedMax ? ' and more' : ''}`;
    const message = `would end the calls to ${names}: let them prove their hosts, or pause them`;
    throw new Failure('callback_not_proved', {
      errors: [{ path: '/callbackOwnership', code: 'not_proved', message }],
    });
  };

  const levelsAt = async (issuer: IssuerRow, productId?: string): Promise<Required<SettingLevels>> => ({
    platform: await settings.platform(),
    issuer: someSettings(issuer),
    product: productId === undefined ? {} : await settings.product(issuer._id, productId),
  });

  mount.operator(routes.readPlatformSettings)(async () => {
    const platform = await settings.platform();
    return { status: 200, body: settingsBody(platform, { platform }) };
  });

  mount.operator(routes.replacePlatformSettings)(async ({ body, audit }) => {
    const own = platformSettings(body);
    if (body.twoPersons === false && settings.needsTwoPersons) {
      throw bodyInvalid([{ path: '/twoPersons', code: 'fixed', message: 'is true by TWO_PERSONS' }]);
    }
    await requireAllProved(own);
    await audit(
      { action: 'settings.changed', target: 'platform', after: { ...own } },
      () => settings.replacePlatform(own),
      (before) => ({ before: { ...before } }),
    );
    const platform = await settings.platform();
    return { status: 200, body: settingsBody(platform, { platform }) };
  });

  mount.operator(routes.readIssuerSettings)(async ({ params }) => {
    const levels = await levelsAt(await findIssuer(params.issuerId));
    return { status: 200, body: settingsBody(levels.issuer, levels) };
  });

  mount.operator(routes.replaceIssuerSettings)(async ({ params, body, audit }) => {
    const before = await findIssuer(params.issuerId);
    const own = someSettings(body);
    const after = await audit(
      { action: 'settings.changed', target: before._id, before: { ...someSettings(before) }, after: { ...own } },
      async () => {
        const changed = await issuers.replaceSettings(before._id, own);
        if (!changed) throw new Failure('issuer_unknown');
        return changed;
      },
      (changed) => ({ after: { ...someSettings(changed) } }),
    );
    const levels = await levelsAt(after);
    return { status: 200, body: settingsBody(levels.issuer, levels) };
  });

  const isOwnProduct = orderDeps.rowReader.isOne('orderSettings', settings.isOurs);

  mount.operator(routes.listProducts)(async ({ params, query: { limit, cursor } }) => {
    const { _id } = await findIssuer(params.issuerId);
    const rows = await settings.products(_id, cursor, limit + 1, isOwnProduct);
    const page = rows.slice(0, limit);
    return {
      status: 200,
      body: {
        data: page.map((row) => ({ productId: row.productId ?? '', settings: row.settings })),
        nextCursor: rows.length > limit ? (page.at(-1)?.productId ?? null) : null,
      },
    };
  });

  mount.operator(routes.readProductSettings)(async ({ params }) => {
    const levels = await levelsAt(await findIssuer(params.issuerId), productIdOf(params.productId));
    return { status: 200, body: settingsBody(levels.product, levels) };
  });

  mount.operator(routes.replaceProductSettings)(async ({ params, body, audit }) => {
    const issuer = await findIssuer(params.issuerId);
    const productId = productIdOf(params.productId);
    const own = someSettings(body);
    await audit(
      { action: 'settings.changed', target: `${issuer._id}/${productId}`, after: { ...own } },
      () => settings.replaceProduct(issuer._id, productId, own),
      (before) => ({ before: { ...before } }),
    );
    const levels = await levelsAt(issuer, productId);
    return { status: 200, body: settingsBody(own, levels) };
  });

  mount.operator(routes.readOrderSettings)(async ({ params }) => {
    const row = expectKnown(await orderDeps.orders.viewForOperators(params));
    await requireUntouched(orderDeps, row);
    const issuer = await issuers.findEver(row.issuerId);
    if (!issuer) throw new Failure('issuer_unknown');
    const { verifyWindowMs, issueWindowMs, verifyExtensionMs, issueExtensionMs } = row.facts;
    return {
      status: 200,
      body: {
        order: {
          verifyWindowSeconds: verifyWindowMs / 1_000,
          issueWindowSeconds: issueWindowMs / 1_000,
          verifyExtensionSeconds: verifyExtensionMs / 1_000,
          issueExtensionSeconds: issueExtensionMs / 1_000,
        },
        effective: effectiveSettings(await settings.levelsOf(issuer, row.product.id)),
      },
    };
  });
};

const productIdOf = (given: string | undefined): string => {
  const parsed = product.shape.id.safeParse(given);
  if (parsed.success) return parsed.data;
  throw bodyInvalid([{ path: '/productId', code: 'product_id_invalid', message: 'is not the id of a product' }]);
};

const settingsBody = (settings: PlatformSettings, levels: SettingLevels): routes.SettingsBody => ({
  settings: platformSettings(settings),
  effective: effectiveSettings(levels),
});
