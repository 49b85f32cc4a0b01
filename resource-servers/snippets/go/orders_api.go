// An API that accepts access tokens of one realm until they expire or are revoked: net/http, golang-jwt and redigo.
package main

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log"
	"math/big"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt"
)

const challenge = `Bearer realm="orders"`

var errKeysUnavailable = errors.New("the keys of the issuer are unavailable")

func main() {
	timeout := 100 * time.Millisecond
	if millis, err := strconv.Atoi(os.Getenv("TIMEOUT")); err == nil {
		timeout = time.Duration(millis) * time.Millisecond
	}
	checker := NewChecker(os.Getenv("REDIS_URL"), "tg:", timeout)
	issuer := os.Getenv("ISSUER")
	keys := &keySet{uri: issuer + "/protocol/openid-connect/certs"}
	http.HandleFunc("/orders", requireToken(issuer, os.Getenv("AUDIENCE"), keys, checker, func(response http.ResponseWriter, _ *http.Request) {
		_, _ = response.Write([]byte("[]"))
	}))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func requireToken(issuer, audience string, keys *keySet, checker *Checker, next http.HandlerFunc) http.HandlerFunc {
	acceptUnknown := os.Getenv("WHEN_UNAVAILABLE") == "accept"
	isChecked := os.Getenv("CHECK") != "off" // for a comparison
	// The claims are validated below, because this library tolerates a token without exp, and refuses one whose iat is
	// ahead of this machine's clock.
	parser := &jwt.Parser{ValidMethods: []string{"RS256"}, SkipClaimsValidation: true}
	return func(response http.ResponseWriter, request *http.Request) {
		words := strings.SplitN(request.Header.Get("Authorization"), " ", 2)
		if len(words) != 2 || !strings.EqualFold(words[0], "Bearer") {
			refuse(response, http.StatusUnauthorized, challenge)
			return
		}
		claims := jwt.MapClaims{}
		_, err := parser.ParseWithClaims(words[1], claims, keys.find)
		var invalid *jwt.ValidationError
		if errors.As(err, &invalid) && invalid.Inner == errKeysUnavailable {
			refuse(response, http.StatusServiceUnavailable, "")
		} else if err != nil || !claims.VerifyIssuer(issuer, true) || !claims.VerifyAudience(audience, true) {
			invalidToken(response, "The access token is invalid")
		} else if !claims.VerifyExpiresAt(time.Now().Unix(), true) {
			// No leeway: Redis keeps a revocation until exp, and a revoked token would be accepted after it.
			invalidToken(response, "The access token expired")
		} else if claims["typ"] != "Bearer" || claims["cnf"] != nil {
			// An ID token, or a token whose proof of a key is to be validated first (RFC 9449, section 7.1).
			invalidToken(response, "The access token is invalid")
		} else if !isChecked {
			next(response, request)
		} else if verdict := checker.Check(claims); verdict == Active || verdict == Unknown && acceptUnknown {
			next(response, request)
		} else if verdict == Unknown {
			refuse(response, http.StatusServiceUnavailable, "")
		} else {
			invalidToken(response, "The access token was revoked")
		}
	}
}

func invalidToken(response http.ResponseWriter, description string) {
	refuse(response, http.StatusUnauthorized, challenge+`, error="invalid_token", error_description="`+description+`"`)
}

// An outage is no failure of the token: after a 401, the client would discard it.
func refuse(response http.ResponseWriter, status int, challenge string) {
	if status == http.StatusServiceUnavailable {
		response.Header().Set("Retry-After", "1")
	} else {
		response.Header().Set("WWW-Authenticate", challenge)
	}
	response.WriteHeader(status)
}

// keySet has the RSA keys of the issuer. It fetches them at most twice a minute, also for tokens with unknown keys.
type keySet struct {
	uri     string
	mutex   sync.Mutex
	keys    map[string]*rsa.PublicKey
	fetched time.Time
}

func (s *keySet) find(token *jwt.Token) (interface{}, error) {
	id, _ := token.Header["kid"].(string)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, isKnown := s.keys[id]; !isKnown && time.Since(s.fetched) > 30*time.Second {
		if err := s.fetch(); err != nil {
			log.Print(err)
			return nil, errKeysUnavailable
		}
	}
	if key, isKnown := s.keys[id]; isKnown {
		return key, nil
	}
	return nil, errors.New("no such key")
}

func (s *keySet) fetch() error {
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Get(s.uri)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var set struct {
		Keys []struct{ Kid, Kty, Use, N, E string }
	}
	if err := json.NewDecoder(response.Body).Decode(&set); err != nil {
		return err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, key := range set.Keys {
		modulus, err := base64.RawURLEncoding.DecodeString(key.N)
		exponent, err2 := base64.RawURLEncoding.DecodeString(key.E)
		if key.Kty == "RSA" && key.Use == "sig" && err == nil && err2 == nil {
			keys[key.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(new(big.Int).SetBytes(exponent).Int64())}
		}
	}
	s.keys, s.fetched = keys, time.Now()
	return nil
}
