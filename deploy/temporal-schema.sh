#!/bin/sh
# Runs before every start of the Temporal server and changes nothing when the schema is there:
# each step of temporal-sql-tool passes over what exists.
set -eu
: "${SQL_HOST:?}" "${SQL_USER:?}" "${SQL_PASSWORD:?}"

tool() {
  temporal-sql-tool --plugin postgres12 --ep "$SQL_HOST" -p 5432 -u "$SQL_USER" --db "$@"
}

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%:*}
  schema=postgresql/v12/${pair#*:}
  tool "$database" create-database
  tool "$database" setup-schema -v 0.0
  tool "$database" update-schema --schema-name "$schema"
done
