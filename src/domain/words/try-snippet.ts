/** Of the order that whoever connects an issuer places first. */
export const testAmount = { value: 100, currency: 'EUR' } as const;

/** A shell's way to sign and send, without the secret: it is asked for. */
export const trySnippet = (issuerId: string, platform: string): string =>
  [
    "read -rsp 'Secret (whsec_…): ' SECRET; echo",
    'call() {',
    '  ID=try_$(openssl rand -hex 12); AT=$(date +%s)',
    `  KEY=$(printf %s "\${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')`,
    '  SIGNATURE=$(printf %s "$ID.$AT.$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)',
    `  curl -sS "${platform}/v1/issuers/${issuerId}$1" -H 'content-type: application/json' \\`,
    '    -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNATURE" -d "$2"; echo',
    '}',
    `call /echo '{"hello":"world"}'`,
    `call /orders '${JSON.stringify({
      type: 'order.payment',
      orderNo: 'try-1',
      product: { id: 'test_ok', name: 'Test order' },
      amount: testAmount,
    })}'`,
  ].join('\n');
