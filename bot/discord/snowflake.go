package discord

import (
	"strconv"
	"time"
)

// Discord's ids are snowflakes: milliseconds since 2015, in UTC, above 22 bits
// that tell apart what was made in one of them.
const (
	snowflakeEpoch = 1420070400000 // Unix milliseconds
	snowflakeShift = 22
)

// A snowflake is an id of Discord's as a number; 0 is none.
type snowflake uint64

func parseSnowflake(id string) snowflake {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return 0
	}
	return snowflake(n)
}

// firstAt is the least snowflake that can be made at a moment.
func firstAt(t time.Time) snowflake {
	return snowflake(max(0, t.UnixMilli()-snowflakeEpoch)) << snowflakeShift
}

// made is the moment that Discord made the id; zero for none.
func (f snowflake) made() time.Time {
	if f == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(f>>snowflakeShift) + snowflakeEpoch)
}

func (f snowflake) String() string { return strconv.FormatUint(uint64(f), 10) }

// short is the id as a person can read it out: in base 36, 12 or 13 characters.
func (f snowflake) short() string { return strconv.FormatUint(uint64(f), 36) }
