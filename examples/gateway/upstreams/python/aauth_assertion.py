"""Verifies what the AAuth gateway says about a request. Needs PyJWT and cryptography (Debian: python3-jwt,
python3-cryptography)."""

import json
import threading
import time
import urllib.request

import jwt

HEADER = "AAuth-Guard-Assertion"
TYPE = "aauth-guard-assertion+jwt"
LIFETIME = 30  # seconds
LEEWAY = 5  # seconds by which the clocks may differ
MAX_LENGTH = 32_768
MAX_DOCUMENT = 16_384
CONTENTS = ("none", "verified", "unverified", "unsigned", "upstream")
IDENTITIES = ("agent-token", "person-token", "auth-token", "other")


class Refused(Exception):
    """The request did not come from the gateway. Answer with `status` and nothing else; log the message."""

    status = 403


class KeysUnavailable(Refused):
    """The keys of the gateway cannot be fetched for now."""

    status = 503


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Keys:
    """The keys of one gateway. Make it once, with an address of your configuration: https, or loopback."""

    def __init__(self, url):
        self._url = url
        # Without the proxies that variables of the environment name.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
        self._lock = threading.Lock()
        self._keys = {}
        self._fetched = None
        self._tried = None

    def find(self, kid):
        keys, fetched = self._keys, self._fetched
        if kid in keys and time.monotonic() - fetched < 600:
            return keys[kid]
        with self._lock:
            now = time.monotonic()
            self._refresh(now)
            if self._fetched is None or now - self._fetched >= 3600:
                raise KeysUnavailable("the keys of the gateway are not available")
            if kid not in self._keys:
                raise Refused("unknown key")
            return self._keys[kid]

    def _refresh(self, now):
        pause = 1 if self._fetched is None else 10
        if self._tried is not None and now - self._tried < pause:
            return
        self._tried = now
        try:
            with self._opener.open(self._url, timeout=3) as response:
                octets = response.read(MAX_DOCUMENT + 1)
            if len(octets) > MAX_DOCUMENT:
                return
            keys = {}
            for jwk in json.loads(octets)["keys"]:
                if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256" and jwk.get("alg") == "ES256":
                    # Two keys of one name are none.
                    keys[jwk["kid"]] = None if jwk["kid"] in keys else jwt.PyJWK(jwk).key
            self._keys = {kid: key for kid, key in keys.items() if key is not None}
            self._fetched = now
        except Exception:
            # What was fetched before serves for an hour.
            return


class Once:
    """Remembers used assertions of one process. A full memory refuses, since a used assertion must not be forgotten."""

    def __init__(self, entries=100_000):
        self._entries = entries
        self._lock = threading.Lock()
        self._until = {}

    def remember(self, jti, until):
        with self._lock:
            now = time.time()
            for known in list(self._until)[:64]:
                if self._until[known] > now:
                    break
                del self._until[known]
            if jti in self._until:
                raise Refused("used before")
            if len(self._until) >= self._entries:
                raise KeysUnavailable("too many assertions are remembered")
            self._until[jti] = until


def verify(method, target, values, *, keys, issuer, audience, once=None):
    """Returns the claims, or raises `Refused`.

    `target` is the request target as it was received, with its query and nothing decoded. `values` are the values of all
    lines of the header; a server that joins them with a comma is fine, since a comma is refused.
    """
    if len(values) != 1:
        raise Refused("not exactly one assertion")
    token = values[0]
    if len(token) > MAX_LENGTH or not token.isascii():
        raise Refused("not a compact JWS")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != TYPE or header.get("alg") != "ES256" or "crit" in header or "b64" in header:
            raise Refused("wrong type or algorithm")
        if not isinstance(header.get("kid"), str):
            raise Refused("no key is named")
        claims = jwt.decode(
            token,
            keys.find(header["kid"]),
            algorithms=["ES256"],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "iat", "exp", "jti", "htm", "htu", "caller", "content"]},
        )
    # Claims of another type make some versions of the library raise a TypeError or a ValueError.
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise Refused(type(error).__name__) from None
    _check(claims, method, issuer + target, audience)
    if once is not None:
        once.remember(claims["jti"], claims["exp"] + LEEWAY)
    return claims


def _check(claims, method, htu, audience):
    # The library accepts a list of audiences.
    if claims["aud"] != audience:
        raise Refused("wrong audience")
    if claims["htm"] != method or claims["htu"] != htu:
        raise Refused("an assertion for another request")
    times = (claims["iat"], claims["exp"])
    if not all(type(moment) is int for moment in times) or claims["exp"] > claims["iat"] + LIFETIME:
        raise Refused("wrong times")
    if claims["iat"] > time.time() + LEEWAY:
        raise Refused("not valid yet")
    if not isinstance(claims["jti"], str) or not 1 <= len(claims["jti"]) <= 128:
        raise Refused("no jti")
    if claims["content"] not in CONTENTS or (claims["content"] == "upstream") != ("digest" in claims):
        raise Refused("unknown content")
    auth = claims.get("auth", "absent")
    if claims["caller"] == "anonymous":
        if auth is not None or "sub" in claims:
            raise Refused("an anonymous caller has an identity")
    elif claims["caller"] != "verified" or not isinstance(auth, dict) or auth.get("type") not in IDENTITIES:
        raise Refused("unknown caller")
    elif "sub" in claims and not isinstance(claims["sub"], str):
        raise Refused("wrong subject")
