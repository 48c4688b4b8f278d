#!/bin/bash
# Runs after every start of MongoDB and changes nothing when all is there: the replica set of one member,
# and the user of api and worker, which can reach no other database.
set -euo pipefail
: "${MONGO_ROOT_PASSWORD:?}" "${MONGO_APP_PASSWORD:?}"

# The passwords are read from the environment: an argument could be read by every process of the host.
tls=()
[ -z "${MONGO_TLS_CA:-}" ] || tls=(--tls --tlsCAFile "$MONGO_TLS_CA")
mongosh --quiet --host mongo "${tls[@]}" --eval '
  db.getSiblingDB("admin").auth("root", process.env.MONGO_ROOT_PASSWORD);
  try {
    rs.status();
  } catch (error) {
    if (error.codeName !== "NotYetInitialized") throw error;
    rs.initiate({ _id: "codeferry", members: [{ _id: 0, host: "mongo:27017" }] });
  }
  for (let tries = 60; !db.hello().isWritablePrimary; tries--) {
    if (tries === 0) throw new Error("no primary after 60 s");
    sleep(1000);
  }
  const codeferry = db.getSiblingDB("codeferry");
  const user = { pwd: process.env.MONGO_APP_PASSWORD, roles: [{ role: "readWrite", db: "codeferry" }] };
  if (codeferry.getUser("codeferry")) codeferry.updateUser("codeferry", user);
  else codeferry.createUser({ user: "codeferry", ...user });
'
