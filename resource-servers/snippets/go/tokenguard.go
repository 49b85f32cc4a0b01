package main

import (
	"encoding/json"
	"log"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"
)

// Verdict is the result of a check.
type Verdict int

const (
	Unknown      Verdict = iota // Redis did not respond: 503, or accepted by choice
	Unidentified                // none of jti, sid and sub: 401
	Revoked                     // 401
	Active
)

var second = regexp.MustCompile(`^[0-9]{1,18}$`)

// Checker checks by one round trip to Redis whether an access token of Keycloak is revoked. Copy this file.
type Checker struct {
	KeyPrefix string        // "tg:"
	Timeout   time.Duration // 100 ms, to connect and for the response
	pool      *redis.Pool
}

// NewChecker uses up to 64 connections; more concurrent checks are unknown at once.
func NewChecker(url, keyPrefix string, timeout time.Duration) *Checker {
	options := []redis.DialOption{redis.DialConnectTimeout(timeout), redis.DialReadTimeout(timeout), redis.DialWriteTimeout(timeout)}
	dial := func() (redis.Conn, error) { return redis.DialURL(url, options...) }
	return &Checker{keyPrefix, timeout, &redis.Pool{Dial: dial, MaxActive: 64, MaxIdle: 64, IdleTimeout: time.Minute}}
}

// Check is for the claims of a token whose signature, iss, aud and exp were validated.
func (c *Checker) Check(claims map[string]interface{}) Verdict {
	var kinds, keys []string
	for _, names := range [][2]string{{"at", "jti"}, {"sid", "sid"}, {"sub", "sub"}} {
		if id, isText := claims[names[1]].(string); isText && id != "" {
			kinds, keys = append(kinds, names[0]), append(keys, c.KeyPrefix+names[0]+":"+id)
		}
	}
	if len(keys) == 0 {
		return Unidentified
	}
	connection := c.pool.Get() // its errors are those of Flush
	defer connection.Close()
	for _, key := range keys { // GET and not MGET, which has no value for a key of another type
		_ = connection.Send("GET", key)
	}
	if err := connection.Flush(); err != nil {
		return unknown(err)
	}
	var failure error
	deadline := time.Now().Add(c.Timeout)
	for _, kind := range kinds {
		left := time.Until(deadline)
		if left < time.Millisecond { // 0 would be no timeout
			left = time.Millisecond
		}
		value, err := redis.String(redis.ReceiveWithTimeout(connection, left))
		switch {
		case err == redis.ErrNil:
		case err == nil && isRevoked(kind, value, claims["iat"]):
			return Revoked // the pool reads the remaining responses
		case err != nil:
			failure = err // unless a wider key revokes the token
		}
	}
	if failure != nil {
		return unknown(failure)
	}
	return Active
}

func unknown(err error) Verdict {
	log.Printf("It is unknown whether tokens are revoked: %v", err)
	return Unknown
}

func isRevoked(kind, value string, iat interface{}) bool {
	if kind == "at" {
		return true
	}
	if kind == "sid" {
		value = strings.SplitN(value, " ", 2)[0]
	}
	issuedAt, isKnown := seconds(iat)
	if !isKnown || !second.MatchString(value) {
		return true
	}
	cutOff, _ := strconv.ParseInt(value, 10, 64)
	return issuedAt < cutOff || kind == "sid" && issuedAt == cutOff
}

func seconds(claim interface{}) (int64, bool) {
	switch number := claim.(type) {
	case float64:
		return int64(number), number >= 0 && number < 1<<62
	case json.Number:
		value, err := number.Float64()
		return int64(value), err == nil && value >= 0 && value < 1<<62
	}
	return 0, false
}
