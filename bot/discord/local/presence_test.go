package local

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// events/gateway-events, Update Presence: what people see of the bot, from its
// identify on and through a resume.
func TestPresence(t *testing.T) {
	c := newClient(t, false)
	expect := func(when, status string, activities ...Activity) {
		t.Helper()
		var gotStatus string
		var got []Activity
		err := c.Wait(c.ctx, func() bool {
			gotStatus, got = c.Presence()
			return gotStatus == status && cmp.Equal(got, activities)
		})
		if err != nil {
			t.Errorf("%s: %s %+v, want %s %+v", when, gotStatus, got, status, activities)
		}
	}
	reading := Activity{Name: "Custom Status", Type: ActivityCustom, State: "12 stories"}
	expect("before there is a session", StatusOffline)

	l := c.login(0, "")
	expect("with nothing said", StatusOnline)
	c.write(l.Conn, `{"op":3,"d":{"since":1764000000000,"activities":[{"name":"Custom Status","type":4,"state":"12 stories"}],"status":"idle","afk":true}}`)
	expect("set", StatusIdle, reading)
	c.cut(l)
	expect("without a connection", StatusOffline)
	c.resume(l)
	expect("resumed", StatusIdle, reading)
	c.write(l.Conn, `{"op":3,"d":{"since":null,"activities":[{"name":"Custom Status","type":4,"state":"12 stories"}],"status":"invisible","afk":false}}`)
	expect("invisible", StatusOffline)

	c.login(0, `,"presence":{"since":null,"activities":[{"name":"questions","type":2}],"status":"dnd","afk":false}`)
	expect("set when it identified", StatusBusy, Activity{Name: "questions", Type: ActivityListening})
	c.login(0, `,"presence":{"since":0,"status":"","afk":false,"game":{"name":"","type":0}}`) // as discordgo sends none
	expect("an empty one", StatusOnline)
}
