#!/bin/sh
# Starts Redis with the users of docs/operations.md and docs/resource-servers.md. The passwords come from the
# environment; only their hashes are written to disk. The arguments are passed to redis-server.
set -eu
umask 077

hash() {
  printf %s "$1" | sha256sum | cut -d ' ' -f 1
}

cat >/tmp/users.acl <<END
user default off
user keycloak on #$(hash "$REDIS_KEYCLOAK_PASSWORD") ~tg:* -@all +ping +select +client|setname +eval +evalsha +get +mget +set +time +expire +expireat +expiretime +hget +hmget +hset +hdel +hscan +hrandfield +xadd +xtrim +xrevrange +info
user api on #$(hash "$REDIS_API_PASSWORD") %R~tg:at:* %R~tg:sid:* %R~tg:sub:* -@all +get +ping +hello +client|setname +client|tracking
user internal on #$(hash "$REDIS_INTERNAL_PASSWORD") &* -@all +psync +replconf +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill
END

cat >/tmp/redis.conf <<END
aclfile /tmp/users.acl
dir /data
appendonly yes
maxmemory-policy noeviction
masteruser internal
masterauth $REDIS_INTERNAL_PASSWORD
repl-diskless-sync-delay 0
END

exec redis-server /tmp/redis.conf "$@"
