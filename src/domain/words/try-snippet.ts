/** Of the order that whoever connects an issuer places first. */
export const testAmount = { value: 100, currency: 'EUR' } as const;

/**
 * A shell's way to sign and send, without the secret: it is asked for. HMAC is two digests here, as an argument of openssl
 * would show the key to every user of the machine.
 */
export const trySnippet = (issuerId: string, platform: string): string =>
  [
    "read -rsp 'Secret (whsec_…): ' SECRET; echo",
    `KEY=$(printf %s "\${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')$(printf %0128d 0)`,
    `padded() { for ((I = 0; I < 128; I += 2)); do printf "\\\\x$(printf %02x $((0x\${KEY:I:2} ^ $1)))"; done; }`,
    'digest() { openssl dgst -sha256 -binary; }',
    'call() {',
    '  ID=try_$(openssl rand -hex 12); AT=$(date +%s)',
    '  SIGNATURE=$({ padded 0x5c; { padded 0x36; printf %s "$ID.$AT.$2"; } | digest; } | digest | openssl base64 -A)',
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
