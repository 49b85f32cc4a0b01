"""An API that accepts access tokens of one realm until they expire or are revoked: Flask, PyJWT and redis-py."""

import json
import os
import threading
import time
import urllib.request

import jwt
from flask import Flask, Response, jsonify, request

from token_guard import UNKNOWN, RevocationChecker

ISSUER = os.environ["ISSUER"]
CHALLENGE = 'Bearer realm="orders"'
IS_CHECKED = os.environ.get("CHECK") != "off"  # for a comparison

app = Flask(__name__)


class Keys:
    """The keys of the issuer. Unlike PyJWKClient, it does not fetch them for each token with an unknown key."""

    def __init__(self, uri, interval=30):
        self._uri, self._interval = uri, interval
        self._keys, self._fetched, self._lock = {}, -interval, threading.Lock()

    def find(self, key_id):
        with self._lock:
            if key_id not in self._keys and time.monotonic() - self._fetched >= self._interval:
                with urllib.request.urlopen(self._uri, timeout=2) as response:
                    found = jwt.PyJWKSet.from_dict(json.load(response)).keys
                self._keys, self._fetched = {key.key_id: key.key for key in found}, time.monotonic()
            return self._keys.get(key_id)


keys = Keys(ISSUER + "/protocol/openid-connect/certs")
checker = RevocationChecker(os.environ["REDIS_URL"], when_unavailable=os.environ.get("WHEN_UNAVAILABLE", "refuse"),
                            timeout=int(os.environ.get("TIMEOUT", "100")) / 1000)


@app.before_request
def require_token():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return Response(status=401, headers={"WWW-Authenticate": CHALLENGE})
    try:
        key = keys.find(jwt.get_unverified_header(token).get("kid"))
        if key is None:
            return invalid_token("The access token is invalid")
        # No leeway: Redis keeps a revocation until exp, and a revoked token would be accepted after it.
        claims = jwt.decode(token, key, ["RS256", "ES256"], issuer=ISSUER, audience=os.environ["AUDIENCE"], leeway=0,
                            options={"require": ["iss", "aud", "exp"], "verify_iat": False})
    except OSError:  # of the request for the keys
        return unavailable()
    except jwt.ExpiredSignatureError:
        return invalid_token("The access token expired")
    except (jwt.PyJWTError, ValueError, TypeError):
        return invalid_token("The access token is invalid")
    # Not an ID token, and not a token whose proof of a key is to be validated first (RFC 9449, section 7.1).
    if claims.get("typ") != "Bearer" or "cnf" in claims:
        return invalid_token("The access token is invalid")
    if not IS_CHECKED:
        return None
    verdict = checker.check(claims)
    if checker.accepts(verdict):
        return None
    return unavailable() if verdict == UNKNOWN else invalid_token("The access token was revoked")


def invalid_token(description):
    challenge = f'{CHALLENGE}, error="invalid_token", error_description="{description}"'
    return Response(status=401, headers={"WWW-Authenticate": challenge})


def unavailable():
    """Not a failure of the token: after a 401, the client would discard it."""
    return Response(status=503, headers={"Retry-After": "1"})


@app.get("/orders")
def orders():
    return jsonify([])


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
