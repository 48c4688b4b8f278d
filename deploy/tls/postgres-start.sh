#!/bin/bash
# PostgreSQL takes a key only when it is its own and closed to others.
set -euo pipefail
cp /tls/postgres.key /var/lib/postgresql/server.key
chown postgres:postgres /var/lib/postgresql/server.key
chmod 600 /var/lib/postgresql/server.key
exec docker-entrypoint.sh postgres -c ssl=on -c ssl_cert_file=/tls/postgres.pem -c ssl_key_file=/var/lib/postgresql/server.key
