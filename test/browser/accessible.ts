import { source } from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core finds on the page once what fades in is there; it needs no script of the page's own. */
export const axeFindings = async (page: Page): Promise<string[]> => {
  await page.evaluate(source);
  return page.evaluate<string[]>(`
    document.getAnimations().filter(({ effect }) => effect.getTiming().iterations !== Infinity).forEach((one) => one.finish()),
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' '))))
  `);
};
