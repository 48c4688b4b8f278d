import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

const maxBytes = 20 * 1024 * 1024;

export interface LogFile {
  write(line: string): void;
  close(): void;
}

/** One child's log; at its limit it becomes `.old` and starts anew, so a long demo cannot fill the disk. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let bytes = existsSync(path) ? statSync(path).size : 0;
  let stream: WriteStream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  return {
    write(line) {
      // A killed server's children hold its output a moment longer than it lives.
      if (stream.writableEnded) return;
      if (bytes > maxBytes) {
        stream.end();
        renameSync(path, `${path}.old`);
        stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
        bytes = 0;
      }
      bytes += Buffer.byteLength(line) + 1;
      stream.write(`${line}\n`);
    },
    close: () => stream.end(),
  };
}
