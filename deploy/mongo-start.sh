#!/bin/bash
# The members of a replica set know each other by a key file, which mongod takes only when it is its own and closed to others.
set -euo pipefail
: "${MONGO_REPLICA_KEY:?}"

key=/data/configdb/replica.key
printf '%s' "$MONGO_REPLICA_KEY" >"$key"
chown mongodb:mongodb "$key"
chmod 400 "$key"
unset MONGO_REPLICA_KEY
exec docker-entrypoint.sh mongod --replSet codeferry --keyFile "$key" --bind_ip_all
