package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// WriteFile has write fill a file that is empty and that only its owner may read, and
// gives it the name path when it is on the disk. One of that name is replaced with force,
// else it is ErrExists.
func WriteFile(path string, force bool, write func(temporary string) error) error {
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s: %w", path, syscall.EISDIR)
	} else if err == nil && !force {
		return fmt.Errorf("%s: %w", path, ErrExists)
	}
	return withTemporary(path, func(temporary string) error {
		if err := write(temporary); err != nil {
			return err
		}
		if err := sync(temporary); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := give(temporary, path, force); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		sync(filepath.Dir(path)) // best effort: not all systems can
		return nil
	})
}

// leftAfter is when a temporary file that nobody writes any more is what a killed process
// has left: it holds a copy of the record.
const leftAfter = 24 * time.Hour

// sweep removes what killed processes have left in a folder.
func sweep(folder string) {
	files, _ := os.ReadDir(folder) // who writes there says what is wrong with it
	for _, file := range files {
		info, err := file.Info()
		if err == nil && info.Mode().IsRegular() && strings.HasPrefix(file.Name(), temporaryName) && time.Since(info.ModTime()) > leftAfter {
			os.Remove(filepath.Join(folder, file.Name()))
		}
	}
}

// temporaryName is what the names of temporary files begin with.
const temporaryName = ".storybot-"

// withTemporary calls use with a new file in the folder of a path.
func withTemporary(path string, use func(temporary string) error) error {
	sweep(filepath.Dir(path))
	file, err := os.CreateTemp(filepath.Dir(path), temporaryName+"*") // of mode 0600
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, errors.Unwrap(err)) // without that file's name
	}
	defer func() { // there is none any more when it was given another name
		os.Remove(file.Name())
		removeLogs(file.Name())
	}()
	return errors.Join(file.Close(), use(file.Name()))
}

// give gives a file its name. Without force that of one which has been made meanwhile is
// not taken: a link, unlike a new name, is refused then.
func give(from, to string, force bool) error {
	if !force {
		err := os.Link(from, to)
		if errors.Is(err, fs.ErrExist) {
			return ErrExists
		}
		if err == nil {
			return nil
		}
		// Not all file systems have links.
	}
	return os.Rename(from, to)
}

// sync has what was written to a file, or a folder, be on the disk.
func sync(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// sameFile reports whether two names are of one file.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	other, wrong := os.Stat(b)
	return err == nil && wrong == nil && os.SameFile(one, other)
}
