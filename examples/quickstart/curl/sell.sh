#!/usr/bin/env bash
# bash sell.sh: makes a test issuer, places an order, verifies it and gives its code. It needs curl and openssl.
# bash sell.sh fetch: places none, and serves all that come, without end.
set -euo pipefail
PLATFORM=${CODEFERRY_URL:-https://codes.example.com}
ANSWER=$(mktemp)
KEPT=$(mktemp -d)

# HMAC-SHA256 by two digests: all users of a machine see the arguments of its programs, so no secret and no code is in one
hmac() { { printf "$OUTER"; { printf "$INNER"; cat; } | openssl dgst -sha256 -binary; } | openssl dgst -sha256 -binary; }

# What is refused for a moment is repeated by curl, which heeds Retry-After. $1: method, $2: path, $3: body
call() {
  local id at signature
  id=$(openssl rand -hex 16) at=$(date +%s)
  signature=$(printf %s "$id.$at.${3:-$1 $2}" | hmac | openssl base64 -A)
  for _ in 1 2 3 4 5; do
    # Into a file, which holds the last answer alone
    curl -sS --fail-with-body --retry 5 -o "$ANSWER" -X "$1" "$PLATFORM$2" -H 'content-type: application/json' ${3:+-d @-} \
      -H @<(printf 'webhook-%s\n' "id: $id" "timestamp: $at" "signature: v1,$signature") <<<"${3:-}" ||
      { cat "$ANSWER" >&2; return 1; }
    # 202: kept, and not judged yet
    grep -q '"status":"queued"' "$ANSWER" || break
    sleep 1
  done
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
KEY=$(printf %s "${ISSUER_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')$(printf %0128d 0)
INNER='' OUTER=''
for ((I = 0; I < 128; I += 2)); do
  printf -v INNER '%s\\x%02x' "$INNER" $((0x${KEY:I:2} ^ 0x36))
  printf -v OUTER '%s\\x%02x' "$OUTER" $((0x${KEY:I:2} ^ 0x5c))
done
BASE=/v1/issuers/$ISSUER_ID
if [ "${1:-}" != fetch ]; then
  ORDER=$(call POST "$BASE/orders" '{"type":"order.payment","orderNo":"curl-'"$(date +%s)"'","product":{"id":"card","name":"Gift card"},"amount":{"value":1000,"currency":"EUR"}}')
  echo "Placed. The buyer looks at $(field pickupUrl <<<"$ORDER")"
fi

TYPE=
until [ "${1:-}" != fetch ] && [ "$TYPE" = order.delivered ]; do
  MESSAGE=$(call GET "$BASE/messages?limit=1&waitSeconds=20")
  TYPE=$(field type <<<"$MESSAGE")
  [ -n "$TYPE" ] || continue
  echo "$TYPE"
  if [ "$TYPE" = order.paid ]; then
    NUMBER=$(field orderNo <<<"$MESSAGE")
    NAMED="\"orderNo\":\"$NUMBER\",\"token\":\"$(field token <<<"$MESSAGE")\""
    FACTS="\"quantity\":$(field quantity <<<"$MESSAGE"),\"amount\":$(field amount <<<"$MESSAGE")"
    if call POST "$BASE/orders/$NUMBER/verification" "{\"type\":\"order.verification\",$NAMED,$FACTS}" >/dev/null; then
      # Only now do codes come into being, one a piece. Keep yours in a database: a message may come twice.
      if mkdir "$KEPT/$NUMBER" 2>/dev/null; then
        openssl rand -hex $((8 * $(field quantity <<<"$MESSAGE"))) | fold -w 16 |
          awk '{ printf "{\"itemId\":\"%d\",\"value\":\"%s\"}\n", NR, $0 }' | split -l 200 - "$KEPT/$NUMBER/"
      fi
      for SOME in "$KEPT/$NUMBER"/*; do
        CODES="{\"type\":\"order.codes\",$NAMED,\"codes\":[$(paste -sd, "$SOME")]}"
        call POST "$BASE/orders/$NUMBER/codes" "$CODES" >/dev/null || true
      done
    fi
  fi
  RESULTS="[{\"id\":\"$(field id <<<"$MESSAGE")\"}]"
  call POST "$BASE/messages/acknowledgement" "{\"type\":\"messages.acknowledgement\",\"results\":$RESULTS}" >/dev/null
done
echo Sold.
