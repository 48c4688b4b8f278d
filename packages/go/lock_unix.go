//go:build unix

package codeferry

import (
	"errors"
	"os"
	"syscall"
)

func lock(file *os.File) error {
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.New("another process has it open")
	}
	return nil
}
