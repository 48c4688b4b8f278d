#!/bin/bash
# The members of a replica set know each other by a key file, which mongod takes only when it is its own and closed to others.
set -euo pipefail
: "${MONGO_REPLICA_KEY:?}"

key=/data/configdb/replica.key
printf '%s' "$MONGO_REPLICA_KEY" >"$key"
chown mongodb:mongodb "$key"
chmod 400 "$key"
unset MONGO_REPLICA_KEY

tls=()
if [ -n "${MONGO_TLS_CERTIFICATE:-}" ]; then
  certificate=/data/configdb/server.pem
  cp "$MONGO_TLS_CERTIFICATE" "$certificate"
  chown mongodb:mongodb "$certificate"
  chmod 400 "$certificate"
  tls=(--tlsMode requireTLS --tlsCertificateKeyFile "$certificate" --tlsCAFile "$MONGO_TLS_CA")
  tls+=(--tlsAllowConnectionsWithoutCertificates)
fi
exec docker-entrypoint.sh mongod --replSet codeferry --keyFile "$key" --bind_ip_all "${tls[@]}"
