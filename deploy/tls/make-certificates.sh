#!/bin/sh
# Makes an authority, and a certificate of it for each part. Certificates live for 825 days: run it again, then restart all.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p certificates
cd certificates

[ -f ca.key ] || openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj '/CN=Codeferry' -keyout ca.key -out ca.pem
for name in postgres temporal mongo codeferry; do
  openssl req -newkey rsa:3072 -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr"
  printf 'subjectAltName=DNS:%s,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n' "$name" >"$name.ext"
  openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -extfile "$name.ext" -out "$name.pem"
  cat "$name.pem" "$name.key" >"$name-both.pem"
  rm "$name.csr" "$name.ext"
done
# This folder is closed to others on the host; within a container, whose user is another one, its own files may be read.
chmod 644 ca.pem *.pem
chmod 644 temporal.key codeferry.key codeferry-both.pem
chmod 600 ca.key postgres.key mongo.key postgres-both.pem temporal-both.pem mongo-both.pem
