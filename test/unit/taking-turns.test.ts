import { createTurns } from '../../src/overload/taking-turns';

test('work for which the queue has no room is refused, so that whoever waits for it gives its place back', async () => {
  const turns = createTurns(1);
  let end = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  const asked = Array.from({ length: 1_030 }, () => turns.run('acme', () => held));
  const outcomes = Promise.allSettled(asked);
  const refused = expect.objectContaining({ code: 'rate_limited', retryable: true });
  await expect(asked.at(-1)).rejects.toEqual(refused);
  end();
  const failed = (await outcomes).filter(({ status }) => status === 'rejected');
  expect(failed).toHaveLength(5);
});
