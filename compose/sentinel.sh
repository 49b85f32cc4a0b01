#!/bin/sh
# Starts a Sentinel. It stores its state in its configuration file, which is kept across restarts.
set -eu
umask 077

if [ ! -e /data/sentinel.conf ]; then
  password=$(printf %s "$REDIS_KEYCLOAK_PASSWORD" | sha256sum | cut -d ' ' -f 1)
  cat >/data/sentinel.conf <<END
port 26379
dir /data
sentinel monitor token-guard $REDIS_MASTER 6379 2
sentinel auth-user token-guard internal
sentinel auth-pass token-guard $REDIS_INTERNAL_PASSWORD
sentinel down-after-milliseconds token-guard 2000
sentinel failover-timeout token-guard 10000
requirepass $REDIS_INTERNAL_PASSWORD
user keycloak on #$password -@all +sentinel|get-master-addr-by-name +client|setname +ping
END
fi

exec redis-server /data/sentinel.conf --sentinel
