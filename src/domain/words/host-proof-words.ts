import { problemWords } from './problem-words';

const dnsWords: Readonly<Record<string, string>> = {
  found: 'The record is there.',
  wrong: 'The record is not there: others have that name.',
  name_unresolved: 'The record is not there.',
};

const fileWords = (found: string): string => {
  if (found === 'found') return 'The file is there.';
  return found === 'wrong' ? 'The file holds something else.' : `For the file, the server ${problemWords(found)}.`;
};

interface Check {
  readonly checkedAt?: string | undefined;
  readonly dns?: string | undefined;
  readonly file?: string | undefined;
}

/** What the newest look for a host's proof found. */
export const hostProofWords = ({ checkedAt, dns, file }: Check): string => {
  if (checkedAt === undefined || file === undefined) return 'It is being looked for…';
  return [...(dns === undefined ? [] : [dnsWords[dns] ?? 'The name server did not answer.']), fileWords(file)].join(
    ' ',
  );
};
