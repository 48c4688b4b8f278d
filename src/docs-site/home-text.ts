import type { MenuPart } from './layout';

export const lead = `# Codeferry

> Sells electronic codes that their issuer makes at the moment of sale. Calls are signed as Standard Webhooks says.
`;

/** What a person gets at an address of the docs that is none. */
export const missingPath = 'docs/missing';
export const missing = `# There is no such page

The menu has all pages, and the search all that they say.
`;

/** The first page, and what programs read first. */
export const homeText = (menu: readonly MenuPart[]): string => {
  const parts = menu.map(
    ({ name, pages }) => `## ${name}\n\n${pages.map(({ path, title }) => `- [${title}](site:${path})`).join('\n')}\n`,
  );
  return `${lead}
Begin with the [quickstart](site:docs/quickstart): a first code is sold in minutes. The contract for machines:
[openapi.json](site:openapi.json).

${parts.join('\n')}`;
};
