package discord

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"
)

// A shelf keeps what a component of a message goes on with, each thing for one person in one
// guild: for a while, and only so much. A restart clears it.
type shelf[T any] struct {
	now  func() time.Time
	mu   sync.Mutex
	list []shelved[T] // the oldest first
	size int          // of all
}

type shelved[T any] struct {
	id, guild, user string
	thing           T
	size            int
	until           time.Time
}

const (
	// shelfLife is as long as a message can be edited that is for one person alone.
	shelfLife = 15 * time.Minute
	// What is on a shelf takes so much memory at most: a page can be the size of a book.
	maxShelved     = 200
	maxShelvedSize = 64 << 20 // bytes, about
)

func newShelf[T any]() *shelf[T] { return &shelf[T]{now: time.Now} }

// put puts a thing of about so many bytes on the shelf, and gives the id by which it is found.
// The oldest make room for it.
func (s *shelf[T]) put(guild, user string, thing T, size int) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	id = rand.Text()
	s.list = append(s.list, shelved[T]{id, guild, user, thing, size, now.Add(shelfLife)})
	s.size += size
	for len(s.list) > 1 && (len(s.list) > maxShelved || s.size > maxShelvedSize || now.After(s.list[0].until)) {
		s.drop(0)
	}
	return id
}

// get finds what a person has on the shelf in a guild.
func (s *shelf[T]) get(guild, user, id string) (thing T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.find(guild, user, id); at >= 0 {
		return s.list[at].thing, true
	}
	return thing, false
}

// take is get of what is not to be found again.
func (s *shelf[T]) take(guild, user, id string) (thing T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.find(guild, user, id); at >= 0 {
		thing, ok = s.list[at].thing, true
		s.drop(at)
	}
	return thing, ok
}

// find is the place of a thing, -1 when it is not there, or not for that person.
func (s *shelf[T]) find(guild, user, id string) int {
	now := s.now()
	return slices.IndexFunc(s.list, func(have shelved[T]) bool {
		return have.id == id && have.guild == guild && have.user == user && !now.After(have.until)
	})
}

func (s *shelf[T]) drop(at int) {
	s.size -= s.list[at].size
	s.list = slices.Delete(s.list, at, at+1)
}
