import { publishedShelf, writePage } from './write-page';

/** `npm run bench:report`: the page anew from what is kept, without a run. */
process.stderr.write(`• written: ${writePage(publishedShelf)}\n`);
