import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/dev/project-folder';
import { chartsOf, pageOf, readAll } from './page';
import { resultsFolder } from './results';

/** Where a run's JSON and the pages that are made of it go. */
export interface Shelf {
  readonly results: string;
  readonly docs: string;
}

/** What is published. */
export const publishedShelf: Shelf = { results: resultsFolder, docs: join(projectFolder, 'docs') };

/** A short or partial run is told beside its data: what is published stays. */
export const shelfIn = (folder: string): Shelf => ({ results: join(folder, 'results'), docs: folder });

/** After each run, and by `npm run bench:report`. Answers with the page's path. */
export const writePage = ({ results, docs }: Shelf): string => {
  const all = readAll(results);
  const images = join(docs, 'images');
  mkdirSync(images, { recursive: true });
  for (const [name, svg] of Object.entries(chartsOf(all))) writeFileSync(join(images, `performance-${name}.svg`), svg);
  const page = join(docs, 'performance.md');
  writeFileSync(page, pageOf(all));
  return page;
};
