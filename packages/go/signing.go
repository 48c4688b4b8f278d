package codeferry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	toleranceSeconds = 300
	entriesMax       = 10
)

var (
	// Proxies fold several headers into one, with commas and blanks of their own.
	entry     = regexp.MustCompile(`(?:^|[\s,])v1,([^\s,]+)`)
	webhookID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// keyOf reads a secret as it was shown when the issuer was made.
func keyOf(secret string) ([]byte, error) {
	text, isSecret := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if !isSecret || err != nil || len(key) < 16 {
		return nil, errors.New("a secret is whsec_ and base64, as it was shown when the issuer was made")
	}
	return key, nil
}

func signature(key []byte, id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

func sign(header http.Header, key []byte, id string, now time.Time, body []byte) {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	header.Set("webhook-id", id)
	header.Set("webhook-timestamp", timestamp)
	header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(signature(key, id, timestamp, body)))
}

// verify looks at the bytes as they came, before anything in them is believed. Its error is for one's own log: the
// sender is told no more than 401.
func verify(header http.Header, keys [][]byte, now time.Time, body []byte) error {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	entries := entry.FindAllStringSubmatch(strings.Join(header.Values("webhook-signature"), " "), entriesMax)
	if !webhookID.MatchString(id) || timestamp == "" || len(entries) == 0 {
		return errors.New("a signature header is missing")
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return errors.New("the timestamp is no number of seconds")
	}
	if away := now.Unix() - seconds; away > toleranceSeconds || away < -toleranceSeconds {
		return errors.New("the timestamp is more than 300 s away from this clock")
	}
	fits := false
	for _, key := range keys {
		expected := signature(key, id, timestamp, body)
		for _, one := range entries {
			given, err := base64.StdEncoding.DecodeString(one[1])
			fits = (err == nil && hmac.Equal(given, expected)) || fits
		}
	}
	if !fits {
		return errors.New("no signature fits the secret and the bytes of the body")
	}
	return nil
}
