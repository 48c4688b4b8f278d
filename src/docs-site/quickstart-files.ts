import { readFileSync } from 'node:fs';
import { extname, join, posix } from 'node:path';

const languageOf: Readonly<Record<string, string>> = {
  '.ts': 'ts',
  '.py': 'python',
  '.go': 'go',
  '.java': 'java',
  '.php': 'php',
  '.sh': 'sh',
};

/** A line that is nothing but a link to an example becomes the example: its file is the one source. */
export const withExamples = (root: string, source: string, markdown: string): string =>
  markdown.replace(/^\[[^\]]*\]\((\S*examples\/quickstart\/\S+)\)$/gm, (_line, href: string) => {
    const path = posix.join(posix.dirname(source), href);
    const text = readFileSync(join(root, path), 'utf8').trimEnd();
    return `\`\`\`${languageOf[extname(path)] ?? ''}\n${text}\n\`\`\``;
  });
