package record

import "errors"

// Errors that a person can act on. Those of the database wrap their cause.
var (
	ErrNotDatabase = errors.New("record: the file is not a storybot database, or it is damaged")
	ErrNewer       = errors.New("record: the database was made by a newer version of storybot")
	ErrUnreadable  = errors.New("record: the database cannot be opened for reading and writing")
	ErrFull        = errors.New("record: the disk is full")
	ErrBusy        = errors.New("record: the database is locked by another process")
	ErrNotFound    = errors.New("record: there is no such source or story")
	ErrAmbiguous   = errors.New("record: several stories have that title")
	ErrInvalid     = errors.New("record: the story cannot be stored")

	// Of a record in PostgreSQL.
	ErrAddress = errors.New("record: the database's address is not a PostgreSQL URL")
	ErrAway    = errors.New("record: the database cannot be reached")
	ErrRefused = errors.New("record: the database does not let storybot in")
	// ErrUncertain is a commit of which the outcome was lost with the connection.
	ErrUncertain = errors.New("record: the connection to the database was lost while storing, so it may be stored or not")

	ErrExists   = errors.New("record: the file exists already")
	ErrOccupied = errors.New("record: there is a database already")
	ErrSelf     = errors.New("record: the backup and the database are one file")
	ErrBackup   = errors.New("record: the backup cannot be restored")
	ErrInUse    = errors.New("record: another process has the database open")
)

// A StoryError is FindStory's ErrNotFound or ErrAmbiguous, with the stories
// that may have been meant, oldest first: at most maxCandidates, without their
// paragraphs.
type StoryError struct {
	Err        error
	Candidates []Story
}

// maxCandidates is as many as a person reads in a terminal.
const maxCandidates = 20

func (e *StoryError) Error() string { return e.Err.Error() }

func (e *StoryError) Unwrap() error { return e.Err }
