#!/usr/bin/env bash
# bash sell.sh: makes a test issuer, places an order, verifies it and gives its code. It needs curl and openssl.
set -euo pipefail
PLATFORM=${CODEFERRY_URL:-https://codes.example.com}
ANSWER=$(mktemp)

# What is refused for a moment is repeated by curl, which heeds Retry-After. $1: method, $2: path, $3: body
call() {
  local id at key signature
  id=$(openssl rand -hex 16) at=$(date +%s)
  key=$(printf %s "${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
  signature=$(printf %s "$id.$at.${3:-$1 $2}" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
  # Into a file, which holds the last answer alone
  curl -sS --fail-with-body --retry 5 -o "$ANSWER" -X "$1" "$PLATFORM$2" -H 'content-type: application/json' ${3:+-d "$3"} \
    -H "webhook-id: $id" -H "webhook-timestamp: $at" -H "webhook-signature: v1,$signature" || { cat "$ANSWER" >&2; return 1; }
  cat "$ANSWER"
}
# Enough JSON for here; take jq for more. $1: name of the field
field() { grep -oE "\"$1\":(\"[^\"]*\"|[0-9]+|\{[^}]*\})" | sed -nE "1{s/^\"$1\"://;s/^\"|\"$//g;p}" || true; }

# Yours, where ISSUER_ID and ISSUER_SECRET are set: one address makes ten test issuers an hour
if [ -z "${ISSUER_SECRET:-}" ]; then
  ISSUER=$(curl -sS --fail-with-body "$PLATFORM/v1/sandbox/issuers" -H 'content-type: application/json' \
    -d '{"callback":{"kind":"pull"},"codeMode":"push"}')
  ISSUER_ID=$(field issuerId <<<"$ISSUER") ISSUER_SECRET=$(field secret <<<"$ISSUER")
  echo "To go on with it: export ISSUER_ID=$ISSUER_ID ISSUER_SECRET=$ISSUER_SECRET" >&2
fi
SECRET=$ISSUER_SECRET
BASE=/v1/issuers/$ISSUER_ID
ORDER=$(call POST "$BASE/orders" '{"type":"order.payment","orderNo":"curl-'"$(date +%s)"'","product":{"id":"card","name":"Gift card"},"amount":{"value":1000,"currency":"EUR"}}')
echo "Placed. The buyer looks at $(field pickupUrl <<<"$ORDER")"

TYPE=
until [ "$TYPE" = order.delivered ]; do
  MESSAGE=$(call GET "$BASE/messages?limit=1&waitSeconds=20")
  TYPE=$(field type <<<"$MESSAGE")
  [ -n "$TYPE" ] || continue
  echo "$TYPE"
  if [ "$TYPE" = order.paid ]; then
    NUMBER=$(field orderNo <<<"$MESSAGE")
    NAMED="\"orderNo\":\"$NUMBER\",\"token\":\"$(field token <<<"$MESSAGE")\""
    FACTS="\"quantity\":$(field quantity <<<"$MESSAGE"),\"amount\":$(field amount <<<"$MESSAGE")"
    call POST "$BASE/orders/$NUMBER/verification" "{\"type\":\"order.verification\",$NAMED,$FACTS}" >/dev/null
    # Only now does the code come into being. Keep it by its order: a message may come twice.
    CODE=$(openssl rand -hex 8)
    call POST "$BASE/orders/$NUMBER/codes" "{\"type\":\"order.codes\",$NAMED,\"codes\":[{\"itemId\":\"1\",\"value\":\"$CODE\"}]}" >/dev/null
  fi
  RESULTS="[{\"id\":\"$(field id <<<"$MESSAGE")\"}]"
  call POST "$BASE/messages/acknowledgement" "{\"type\":\"messages.acknowledgement\",\"results\":$RESULTS}" >/dev/null
done
echo Sold.
