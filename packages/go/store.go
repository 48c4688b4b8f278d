package codeferry

import (
	"context"
	"sync"
)

// A Store is what an issuer remembers: which messages it handled, and the codes it made. Write your own over your
// database when several processes serve one issuer.
type Store interface {
	// Get tells what is kept under a key, and whether anything is.
	Get(ctx context.Context, key string) (value string, isKept bool, err error)
	// Add keeps the first value of a key for good, whoever else adds one, and returns it.
	Add(ctx context.Context, key, value string) (kept string, err error)
	// Remove is for codes that the platform refused.
	Remove(ctx context.Context, key string) error
}

const keysMax = 100_000

// A MemoryStore is for a trial: after a restart an order that is asked for again would get other codes.
type MemoryStore struct {
	mutex  sync.Mutex
	values map[string]string
	keys   []string
}

// NewMemoryStore makes an empty one; it forgets the oldest of 100,000 keys.
func NewMemoryStore() *MemoryStore { return &MemoryStore{values: map[string]string{}} }

// Get is of Store.
func (s *MemoryStore) Get(_ context.Context, key string) (string, bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	value, isKept := s.values[key]
	return value, isKept, nil
}

// Add is of Store.
func (s *MemoryStore) Add(_ context.Context, key, value string) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if kept, isKept := s.values[key]; isKept {
		return kept, nil
	}
	s.values[key] = value
	s.keys = append(s.keys, key)
	if len(s.keys) > keysMax {
		delete(s.values, s.keys[0])
		s.keys = s.keys[1:]
	}
	return value, nil
}

// Remove is of Store.
func (s *MemoryStore) Remove(_ context.Context, key string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.values, key)
	return nil
}
