//go:build linux || darwin

package record

import "syscall"

// Free is how many bytes can still be stored in a folder; errors.ErrUnsupported where the
// system does not tell.
func Free(folder string) (uint64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return 0, err
	}
	return disk.Bavail * uint64(disk.Bsize), nil
}
