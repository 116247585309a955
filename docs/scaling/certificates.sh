#!/bin/sh
# Makes an authority and one certificate for all three servers, in the directory that is named. For a cluster of one's own;
# where there is an authority already, take certificates of that. Names are those of compose.yaml and kubernetes.yaml.
set -eu
cd "${1:?a directory}"
names="DNS:nats-1,DNS:nats-2,DNS:nats-3,DNS:nats,DNS:localhost,IP:127.0.0.1"
names="$names,DNS:nats-1.nats,DNS:nats-2.nats,DNS:nats-3.nats"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=append-log authority" \
  -keyout ca.key -out ca.crt
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=append-log server" \
  -keyout server.key -out server.csr
printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$names" > server.ext
openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -extfile server.ext -out server.crt
rm server.csr server.ext
chmod 600 ca.key
chmod 644 server.key
