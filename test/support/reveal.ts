/** As a buyer's click does: the answer that holds the codes, as the page shows them. */
export const reveal = (pickupUrl: string): Promise<Response> =>
  fetch(`${pickupUrl}/reveal`, { method: 'POST', headers: { accept: 'text/html' } });

/** As a program asks: the items. */
export const revealItems = (
  pickupUrl: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${pickupUrl}/reveal`, {
    method: 'POST',
    headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
