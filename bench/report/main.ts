import { figuresOf, readAll } from './page';
import { publishedShelf, writePage } from './write-page';

/** `npm run bench:report`: the page anew from what is kept, without a run. */
const page = writePage(publishedShelf);
process.stdout.write(figuresOf(readAll(publishedShelf.results)));
process.stderr.write(`• written: ${page}\n`);
