const connectLimitMs = 5_000;

/**
 * Before a vendor's download, which would wait much longer: any answer will do. Behind a proxy only the download itself
 * can tell. @throws where none comes
 */
export async function requireReachable(url: string, limitMs = connectLimitMs): Promise<void> {
  if (process.env.https_proxy || process.env.HTTPS_PROXY) return;
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(limitMs) });
  } catch {
    throw new Error(`${new URL(url).host} did not answer within ${limitMs / 1_000} s`);
  }
}
