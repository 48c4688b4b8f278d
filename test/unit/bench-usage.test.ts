import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readUsage } from '../../bench/compare/usage';

/** A shell that writes a megabyte through one child that ends, and another that stays. */
const script = (folder: string) =>
  `dd if=/dev/zero of=${folder}/ended bs=1M count=1 conv=fsync 2>/dev/null; (dd if=/dev/zero of=${folder}/stays bs=1M count=1 conv=fsync 2>/dev/null; echo done; exec sleep 30) & wait`;

/** What the kernel counts of a megabyte that this process writes there: nothing where the file system is memory. */
const countedOfAMegabyte = async (folder: string): Promise<number> => {
  const written = (): number => readUsage({ self: process.pid }).processes.self?.writtenBytes ?? 0;
  const before = written();
  const file = await open(join(folder, 'own'), 'w');
  await file.write(Buffer.alloc(1024 ** 2));
  await file.sync();
  await file.close();
  return Math.min(1024 ** 2, written() - before);
};

test('a part that writes through its children is told with what they wrote, and a part of two processes with both', async () => {
  const folder = mkdtempSync(join(process.cwd(), '.data', 'usage-'));
  const children = [1, 2].map(() =>
    spawn('sh', ['-c', script(folder)], { stdio: ['ignore', 'pipe', 'ignore'], detached: true }),
  );
  try {
    const megabyte = await countedOfAMegabyte(folder);
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    const [first = 0, second = 0] = children.map(({ pid }) => pid ?? 0);
    const { processes } = readUsage({ one: first, two: [first, second] });
    expect(processes.one?.writtenBytes).toBeGreaterThanOrEqual(2 * megabyte);
    expect(processes.two?.writtenBytes).toBeGreaterThanOrEqual(4 * megabyte);
    expect(processes.two?.rssMiB).toBeGreaterThan(processes.one?.rssMiB ?? 0);
  } finally {
    for (const { pid } of children) process.kill(-(pid ?? 0), 'SIGKILL');
    rmSync(folder, { recursive: true });
  }
});

test('a part that has ended is an error, and not a nought', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  expect(() => readUsage({ gone: child.pid ?? 0 })).toThrow(/has ended/);
});
