import type { MenuPart } from './layout';

export const lead = `# Codeferry

> Sells electronic codes that their issuer makes at the moment of sale. Calls are signed as Standard Webhooks says.
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
