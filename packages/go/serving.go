package codeferry

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// More than any message of the platform.
const bodyMaxBytes = 1 << 20

const (
	readLimit  = 10 * time.Second
	writeLimit = workLimit + readLimit
	idleLimit  = 2 * time.Minute
)

// ListenAndServe serves the issuer at an address such as "127.0.0.1:3000", with limits, until it fails.
func (i *Issuer) ListenAndServe(address string) error {
	server := &http.Server{Addr: address, Handler: i, ReadTimeout: readLimit, WriteTimeout: writeLimit, IdleTimeout: idleLimit}
	return server.ListenAndServe()
}

// ServeHTTP answers the platform, at any path, behind your TLS.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("allow", "POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMaxBytes))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if err := verify(r.Header, i.keys, time.Now(), body); err != nil {
		i.log.Warn("a request was answered 401", "reason", err)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var heard message
	if err := json.Unmarshal(withoutMark(body), &heard); err != nil || heard.Type == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer, err := i.react(r.Context(), r.Header.Get("webhook-id"), heard)
	if err != nil {
		status, after := statusOf(err)
		if after > 0 {
			w.Header().Set("retry-after", strconv.Itoa(int((after+time.Second-1)/time.Second)))
		}
		w.WriteHeader(status)
		return
	}
	if len(answer) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("content-type", "application/json")
	// The platform asks again where it did not get this.
	_, _ = w.Write(answer)
}

func statusOf(err error) (status int, after time.Duration) {
	var later Later
	if errors.As(err, &later) {
		return http.StatusServiceUnavailable, time.Duration(later)
	}
	var problem *CallError
	if errors.As(err, &problem) {
		return http.StatusServiceUnavailable, time.Second
	}
	return http.StatusInternalServerError, 0
}

const (
	fetchedMax    = 20
	fetchedAtOnce = 8
	fetchSeconds  = 20
	fetchPause    = time.Second
)

// Fetch is in place of a server, for an issuer with the callback `pull`: it fetches messages until ctx ends.
func (i *Issuer) Fetch(ctx context.Context) error {
	for ctx.Err() == nil {
		page, err := i.Client.ReadMessages(ctx, ReadMessagesQuery{Limit: fetchedMax, WaitSeconds: fetchSeconds})
		if err == nil {
			i.fetched(ctx, page.Data)
		} else if ctx.Err() == nil {
			i.log.Error("fetching", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(fetchPause):
			}
		}
	}
	return ctx.Err()
}

func (i *Issuer) fetched(ctx context.Context, given []GivenMessage) {
	var running sync.WaitGroup
	slots := make(chan struct{}, fetchedAtOnce)
	for _, one := range given {
		slots <- struct{}{}
		running.Add(1)
		go func() {
			defer func() { <-slots; running.Done() }()
			if err := i.acknowledge(ctx, one); err != nil {
				i.log.Error("a message comes again", "type", one.Type, "id", one.ID, "error", err)
			}
		}()
	}
	running.Wait()
}

func (i *Issuer) acknowledge(ctx context.Context, given GivenMessage) error {
	answer, err := i.react(ctx, given.ID, message{given.Type, given.Timestamp, given.Data})
	if err != nil {
		return err
	}
	result := Acknowledgement{ID: given.ID}
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &result.Answer); err != nil {
			return err
		}
	}
	taken, err := i.Client.AcknowledgeMessages(ctx, AcknowledgeMessagesBody{Results: []Acknowledgement{result}})
	if err != nil {
		return err
	}
	for _, problem := range taken.Problems {
		i.log.Error("an answer could not be used", "type", given.Type, "id", given.ID, "code", problem.Code)
	}
	return nil
}
