// Restate's SDK 1.17 calls `Promise.withResolvers`, which came with Node 22; the project runs on Node 20 as well.
Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
};
