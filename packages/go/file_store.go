package codeferry

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

const keptFor = 100 * 24 * time.Hour

// A FileStore is one file of JSON lines, for one process: a second one is refused. Only its owner may read it.
type FileStore struct {
	mutex  sync.Mutex
	file   *os.File
	values map[string]line
}

type line struct {
	Key     string    `json:"key"`
	Value   string    `json:"value,omitempty"`
	At      time.Time `json:"at"`
	Removed bool      `json:"removed,omitempty"`
}

// OpenFileStore reads the file, or makes it, and drops what is older than 100 days.
func OpenFileStore(path string) (*FileStore, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	store := &FileStore{file: file, values: map[string]line{}}
	if err := errors.Join(lock(file), store.load()); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return store, nil
}

func (s *FileStore) load() error {
	size, err := s.file.Seek(0, 0)
	if err != nil {
		return err
	}
	reader, old := bufio.NewReader(s.file), 0
	for {
		text, err := reader.ReadBytes('\n')
		if err != nil {
			// What a crash cut short was never answered for.
			break
		}
		size += int64(len(text))
		var one line
		if err := json.Unmarshal(text, &one); err != nil {
			return fmt.Errorf("it holds a line that is none of its own: %w", err)
		}
		if one.Removed {
			delete(s.values, one.Key)
			old++
		} else if time.Since(one.At) > keptFor {
			old++
		} else if _, isKept := s.values[one.Key]; !isKept {
			s.values[one.Key] = one
		}
	}
	if err := s.file.Truncate(size); err != nil {
		return err
	}
	if old > len(s.values) {
		return s.rewrite()
	}
	return nil
}

// rewrite leaves out what is old. It is done in place and before anything is served; a crash in between is seen as a
// file that is there beside it.
func (s *FileStore) rewrite() error {
	var content []byte
	for _, one := range s.values {
		text, err := json.Marshal(one)
		if err != nil {
			return err
		}
		content = append(append(content, text...), '\n')
	}
	path := s.file.Name()
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return err
	}
	file, err := os.OpenFile(path+".new", os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), lock(file), os.Rename(path+".new", path)); err != nil {
		return errors.Join(err, file.Close())
	}
	_ = s.file.Close()
	s.file = file
	return nil
}

// Get is of Store.
func (s *FileStore) Get(_ context.Context, key string) (string, bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	one, isKept := s.values[key]
	return one.Value, isKept, nil
}

// Add is of Store. The value is on the disk before it is returned.
func (s *FileStore) Add(_ context.Context, key, value string) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if one, isKept := s.values[key]; isKept {
		return one.Value, nil
	}
	one := line{Key: key, Value: value, At: time.Now().UTC()}
	if err := s.write(one); err != nil {
		return "", err
	}
	s.values[key] = one
	return value, nil
}

// Remove is of Store.
func (s *FileStore) Remove(_ context.Context, key string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err := s.write(line{Key: key, At: time.Now().UTC(), Removed: true}); err != nil {
		return err
	}
	delete(s.values, key)
	return nil
}

func (s *FileStore) write(one line) error {
	text, err := json.Marshal(one)
	if err != nil {
		return err
	}
	if _, err := s.file.Write(append(text, '\n')); err != nil {
		return err
	}
	return s.file.Sync()
}

// Close lets another process open the file.
func (s *FileStore) Close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.file.Close()
}
