"""Checks by one round trip to Redis whether an access token of Keycloak is revoked. Copy this file; it needs redis-py."""

import logging
import math
import re

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

ACTIVE, REVOKED, UNKNOWN, UNIDENTIFIED = "active", "revoked", "unknown", "unidentified"

_KEYS = (("at", "jti"), ("sid", "sid"), ("sub", "sub"))
_SECOND = re.compile("[0-9]{1,18}")
_log = logging.getLogger(__name__)


class RevocationChecker:
    """Thread-safe: each check takes a connection of the pool."""

    def __init__(self, redis_url, key_prefix="tg:", when_unavailable="refuse", timeout=0.1):
        if when_unavailable not in ("refuse", "accept"):
            raise ValueError("when_unavailable must be 'refuse' or 'accept'")
        # From version 6 on, redis-py retries for seconds by default.
        self._redis = Redis.from_url(redis_url, decode_responses=True, socket_timeout=timeout,
                                     socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0))
        self._key_prefix = key_prefix
        self._accepts_unknown = when_unavailable == "accept"

    def check(self, claims):
        """The verdict for the claims of a token whose signature, iss, aud and exp were validated."""
        keys = [(kind, claims[claim]) for kind, claim in _KEYS
                if isinstance(claims.get(claim), str) and claims[claim]]
        if not keys:
            return UNIDENTIFIED
        try:
            # GET and not MGET, which has no value for a key of another type. An error is the result of its key alone.
            with self._redis.pipeline(transaction=False) as pipeline:
                for kind, token_id in keys:
                    pipeline.get(f"{self._key_prefix}{kind}:{token_id}")
                values = pipeline.execute(raise_on_error=False)
        except (RedisError, OSError, ValueError) as failure:
            _log.warning("It is unknown whether tokens are revoked: %s", failure)
            return UNKNOWN
        entries = [(kind, value) for (kind, _), value in zip(keys, values) if value is not None]
        if any(isinstance(value, str) and _is_revoked(kind, value, claims.get("iat")) for kind, value in entries):
            return REVOKED
        return UNKNOWN if any(isinstance(value, Exception) for _, value in entries) else ACTIVE

    def accepts(self, verdict):
        """Whether the API accepts the token: respond otherwise with 503 if UNKNOWN, and with 401."""
        return verdict == ACTIVE or verdict == UNKNOWN and self._accepts_unknown


def _is_revoked(kind, value, iat):
    if kind == "at":
        return True
    cut_off = value.split(" ", 1)[0] if kind == "sid" else value
    is_number = isinstance(iat, (int, float)) and not isinstance(iat, bool) and math.isfinite(iat)
    if not is_number or not _SECOND.fullmatch(cut_off):
        return True
    return int(iat) <= int(cut_off) if kind == "sid" else int(iat) < int(cut_off)
