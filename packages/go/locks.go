package codeferry

import (
	"context"
	"sync"
	"time"
)

const waitLimit = 6 * time.Second

// keyedLocks has one holder of a key at a time, within this process.
type keyedLocks struct {
	mutex sync.Mutex
	held  map[string]chan struct{}
}

// do answers Later where the same work is being done and takes longer than this waits for it.
func (l *keyedLocks) do(ctx context.Context, key string, work func() error) error {
	ctx, cancel := context.WithTimeout(ctx, waitLimit)
	defer cancel()
	for {
		l.mutex.Lock()
		freed, isHeld := l.held[key]
		if !isHeld {
			break
		}
		l.mutex.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return Later(time.Second)
		}
	}
	freed := make(chan struct{})
	l.held[key] = freed
	l.mutex.Unlock()
	defer func() {
		l.mutex.Lock()
		delete(l.held, key)
		l.mutex.Unlock()
		close(freed)
	}()
	return work()
}
