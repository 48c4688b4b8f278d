//go:build !unix

package codeferry

import "os"

// Two processes are not told apart here.
func lock(*os.File) error { return nil }
