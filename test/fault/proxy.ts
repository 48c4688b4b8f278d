import { connect, createServer, type Socket } from 'node:net';

/** What the network does to connections while a fault lasts. */
export const networkFaults = ['delay', 'cut', 'reset', 'half_close', 'truncate', 'blackhole'] as const;
export type NetworkFault = (typeof networkFaults)[number];

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

const delayMs = 700;
const host = '127.0.0.1';

/**
 * A TCP proxy in front of one part. Several targets are taken in turn, and one that does not listen is passed over: that is
 * all the load balancing that two api processes need.
 */
export const startProxy = async (targets: readonly number[]) => {
  const pairs = new Set<Pair>();
  let fault: NetworkFault | undefined;
  let turn = 0;
  let touched = 0;

  const destroy = ({ near, far }: Pair): void => {
    if (fault === 'reset') {
      near.resetAndDestroy();
      far.resetAndDestroy();
      return;
    }
    near.destroy();
    far.destroy();
  };

  const forward = (pair: Pair, from: Socket, to: Socket): void => {
    from.on('data', (chunk) => {
      if (fault !== undefined) touched += 1;
      switch (fault) {
        case 'delay':
          from.pause();
          setTimeout(() => {
            if (!to.destroyed) to.write(chunk);
            from.resume();
          }, delayMs);
          return;
        case 'truncate':
          to.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => destroy(pair));
          return;
        case 'half_close':
          // Requests get through, answers do not: the near side waits for a peer that is not there.
          if (from === pair.near) to.write(chunk);
          return;
        case 'blackhole':
          return;
        default:
          if (!to.write(chunk)) {
            from.pause();
            to.once('drain', () => from.resume());
          }
      }
    });
    from.on('end', () => to.end());
    from.on('close', () => to.destroy());
    from.on('error', () => to.destroy());
  };

  const open = (near: Socket, triesLeft: number): void => {
    const far = connect({ host, port: targets[turn++ % targets.length] as number });
    far.setNoDelay(true);
    const passOver = (): void => {
      far.destroy();
      if (triesLeft > 0 && !near.destroyed) open(near, triesLeft - 1);
      else near.destroy();
    };
    far.once('error', passOver);
    far.once('connect', () => {
      far.off('error', passOver);
      const pair = { near, far };
      pairs.add(pair);
      near.once('close', () => pairs.delete(pair));
      forward(pair, near, far);
      forward(pair, far, near);
      near.resume();
    });
  };

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: false }, (near) => {
    near.setNoDelay(true);
    near.on('error', () => undefined);
    if (fault === 'cut' || fault === 'reset') {
      touched += 1;
      if (fault === 'reset') near.resetAndDestroy();
      else near.destroy();
      return;
    }
    open(near, targets.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();

  return {
    port: typeof address === 'object' && address ? address.port : 0,
    begin: (next: NetworkFault): void => {
      fault = next;
      if (next !== 'cut' && next !== 'reset') return;
      for (const pair of pairs) {
        touched += 1;
        destroy(pair);
      }
    },
    end: (): void => {
      // What a silent fault has swallowed cannot come any more: such connections are ended with it.
      if (fault === 'half_close' || fault === 'blackhole') for (const pair of pairs) destroy(pair);
      fault = undefined;
    },
    touched: (): number => touched,
    stop: async (): Promise<void> => {
      for (const pair of pairs) destroy(pair);
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
export type TcpProxy = Awaited<ReturnType<typeof startProxy>>;
