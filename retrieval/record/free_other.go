//go:build !linux && !darwin

package record

import "errors"

// Free is how many bytes can still be stored in a folder; errors.ErrUnsupported where the
// system does not tell.
func Free(string) (uint64, error) { return 0, errors.ErrUnsupported }
