#!/bin/sh
# Runs after every start of the Temporal server: the namespace with its retention, and the search attributes
# that every order is started with. A worker that met an unknown one would retry each order for ever.
set -eu
: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:?}" "${RETENTION:?}"

tries=60
until temporal operator cluster health >/dev/null 2>&1; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "Temporal did not become healthy" >&2; exit 1; }
  sleep 2
done

if temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update -n "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# A new namespace is known to every part of the server only after its cache was read again.
tries=30
until temporal operator search-attribute create -n "$TEMPORAL_NAMESPACE" \
  --name IssuerId --type Keyword --name OrderNo --type Keyword --name ProductId --type Keyword \
  --name AmountValue --type Int --name AmountCurrency --type Keyword --name TerminalChannel --type Keyword \
  --name OrderState --type Keyword --name WaitsFor --type Keyword --name ClosedReason --type Keyword; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "The search attributes could not be created" >&2; exit 1; }
  sleep 2
done
