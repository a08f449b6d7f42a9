// Package assertion verifies what the AAuth gateway says about a request. It uses the standard library only.
//
// Not run by the tests of this repository.
package assertion

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	header      = "AAuth-Guard-Assertion"
	typ         = "aauth-guard-assertion+jwt"
	lifetime    = 30 // seconds
	leeway      = 5  // seconds by which the clocks may differ
	maxLength   = 32768
	maxDocument = 16384
)

var (
	// ErrRefused says that the request did not come from the gateway: answer 403.
	ErrRefused = errors.New("assertion refused")
	// ErrUnavailable says that the keys of the gateway cannot be fetched for now: answer 503.
	ErrUnavailable = errors.New("keys of the gateway unavailable")

	base64url = base64.RawURLEncoding.Strict()
)

// Verifier verifies requests for one upstream. Make one with New, and share it.
type Verifier struct {
	url, issuer, audience string
	client                *http.Client

	mu      sync.Mutex
	keys    map[string]*ecdsa.PublicKey
	fetched time.Time
	tried   time.Time
	used    map[string]int64 // jti and the second from which on it can be forgotten
}

// New takes the address of the gateway's keys from your configuration: https, or loopback.
func New(url, issuer, audience string) *Verifier {
	return &Verifier{
		url: url, issuer: issuer, audience: audience,
		client: &http.Client{
			Timeout: 3 * time.Second,
			// Without the proxies that variables of the environment name.
			Transport: &http.Transport{},
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		},
		used: map[string]int64{},
	}
}

// Verify returns the claims. It accepts each assertion once.
func (v *Verifier) Verify(r *http.Request) (map[string]any, error) {
	values := r.Header.Values(header)
	if len(values) != 1 || len(values[0]) > maxLength {
		return nil, ErrRefused
	}
	parts := strings.Split(values[0], ".")
	if len(parts) != 3 {
		return nil, ErrRefused
	}
	var head, claims map[string]any
	if !decode(parts[0], &head) || !decode(parts[1], &claims) {
		return nil, ErrRefused
	}
	_, crit := head["crit"]
	_, b64 := head["b64"]
	kid, named := head["kid"].(string)
	if head["typ"] != typ || head["alg"] != "ES256" || crit || b64 || !named {
		return nil, ErrRefused
	}
	// RequestURI is the target as it was received; r.URL.Path is decoded.
	if !v.fits(claims, r.Method, v.issuer+r.RequestURI, time.Now().Unix()) {
		return nil, ErrRefused
	}
	signature, err := base64url.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		return nil, ErrRefused
	}
	key, err := v.key(kid)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	first, second := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(key, digest[:], first, second) {
		return nil, ErrRefused
	}
	return claims, v.remember(claims["jti"].(string), int64(claims["exp"].(float64))+leeway)
}

// A claim that is missing or of another type compares as different, so it is refused.
func (v *Verifier) fits(claims map[string]any, method, htu string, now int64) bool {
	if claims["iss"] != v.issuer || claims["aud"] != v.audience || claims["htm"] != method || claims["htu"] != htu {
		return false
	}
	iat, hasIat := claims["iat"].(float64)
	exp, hasExp := claims["exp"].(float64)
	second := float64(now)
	if !hasIat || !hasExp || iat > second+leeway || second >= exp+leeway || exp > iat+lifetime {
		return false
	}
	jti, _ := claims["jti"].(string)
	if jti == "" || len(jti) > 128 {
		return false
	}
	_, hasDigest := claims["digest"].(string)
	switch claims["content"] {
	case "upstream":
		if !hasDigest {
			return false
		}
	case "none", "verified", "unverified", "unsigned":
		if hasDigest {
			return false
		}
	default:
		return false
	}
	auth, hasAuth := claims["auth"]
	sub, hasSub := claims["sub"]
	switch claims["caller"] {
	case "anonymous":
		return hasAuth && auth == nil && !hasSub
	case "verified":
		identity, _ := auth.(map[string]any)
		switch identity["type"] {
		case "agent-token", "person-token", "auth-token", "other":
		default:
			return false
		}
		_, isText := sub.(string)
		return !hasSub || isText
	}
	return false
}

func (v *Verifier) key(kid string) (*ecdsa.PublicKey, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := time.Now()
	if v.keys[kid] == nil || now.Sub(v.fetched) >= 10*time.Minute {
		v.refresh(now)
	}
	if v.keys == nil || now.Sub(v.fetched) >= time.Hour {
		return nil, ErrUnavailable
	}
	if v.keys[kid] == nil {
		return nil, ErrRefused
	}
	return v.keys[kid], nil
}

// refresh fetches the keys at most once in ten seconds. If that fails, the known ones serve for an hour.
func (v *Verifier) refresh(now time.Time) {
	pause := 10 * time.Second
	if v.keys == nil {
		pause = time.Second
	}
	if now.Sub(v.tried) < pause {
		return
	}
	v.tried = now
	response, err := v.client.Get(v.url)
	if err != nil {
		return
	}
	defer response.Body.Close()
	octets, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	if err != nil || response.StatusCode != http.StatusOK || len(octets) > maxDocument {
		return
	}
	var document struct {
		Keys []struct{ Kty, Crv, Alg, Kid, X, Y string }
	}
	if json.Unmarshal(octets, &document) != nil || document.Keys == nil {
		return
	}
	keys := map[string]*ecdsa.PublicKey{}
	for _, jwk := range document.Keys {
		x, errX := base64url.DecodeString(jwk.X)
		y, errY := base64url.DecodeString(jwk.Y)
		if jwk.Kty != "EC" || jwk.Crv != "P-256" || jwk.Alg != "ES256" || errX != nil || errY != nil {
			continue
		}
		key := &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}
		// ECDH refuses what is not a point of the curve. Two keys of one name are none.
		if _, err := key.ECDH(); err != nil {
			continue
		}
		if _, repeated := keys[jwk.Kid]; repeated {
			key = nil
		}
		keys[jwk.Kid] = key
	}
	v.keys, v.fetched = keys, now
}

// remember refuses a used assertion, and every assertion once 100 000 of them are remembered.
func (v *Verifier) remember(jti string, until int64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, known := v.used[jti]; known {
		return ErrRefused
	}
	if len(v.used) >= 100_000 {
		now := time.Now().Unix()
		for old, end := range v.used {
			if end <= now {
				delete(v.used, old)
			}
		}
		if len(v.used) >= 100_000 {
			return ErrUnavailable
		}
	}
	v.used[jti] = until
	return nil
}

func decode(part string, into *map[string]any) bool {
	octets, err := base64url.DecodeString(part)
	return err == nil && json.Unmarshal(octets, into) == nil && *into != nil
}
