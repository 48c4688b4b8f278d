import { freePort } from '../../src/bounded/free-port';

// A bench once began with two of its servers on one port: by chance such a pair is among so many nearly for sure.
test('no port is given twice by one process', async () => {
  const ports: number[] = [];
  for (let n = 0; n < 1_000; n += 1) ports.push(await freePort());
  expect(new Set(ports).size).toBe(ports.length);
});
