package discord

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A recorder is a reply that notes what it is made, and when.
type recorder struct {
	start time.Time
	takes time.Duration // each version
	fail  error
	shown []string
	at    []time.Duration
}

func (r *recorder) acknowledge(context.Context, plan) error { return nil }
func (r *recorder) respond(context.Context, response) error { return nil }
func (r *recorder) busy(context.Context)                    {}
func (r *recorder) makeUp(context.Context, message) error   { return nil }
func (r *recorder) show(ctx context.Context, m message) error {
	r.shown, r.at = append(r.shown, m.content), append(r.at, time.Since(r.start))
	pause(ctx, r.takes)
	return r.fail
}

// However fast an answer grows, it is shown once a second, and its end as soon as
// that allows.
func TestDraft(t *testing.T) {
	const u = "\n" + unfinishedMark + "more"
	tests := []struct {
		name  string
		every time.Duration // between updates
		takes time.Duration // for Discord to take one
		fail  error
		parts []string
		want  []string
		at    []time.Duration
	}{
		{"at once", 0, 0, nil, nil, []string{"end"}, []time.Duration{0}},
		{"nearly at once", 400 * time.Millisecond, 0, nil, []string{"a"}, []string{"end"}, []time.Duration{400 * time.Millisecond}},
		{"slow", 2 * time.Second, 0, nil, []string{"a", "b"}, []string{"a" + u, "b" + u, "end"},
			[]time.Duration{500 * time.Millisecond, 2 * time.Second, 4 * time.Second}},
		{"fast", 400 * time.Millisecond, 0, nil, []string{"a", "b", "c", "d", "e"}, []string{"b" + u, "d" + u, "end"},
			[]time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 2500 * time.Millisecond}},
		{"slow Discord", 300 * time.Millisecond, 1500 * time.Millisecond, nil, []string{"a", "b", "c"}, []string{"b" + u, "end"},
			[]time.Duration{500 * time.Millisecond, 3 * time.Second}},
		{"what fails is passed over", 2 * time.Second, 0, errors.New("no"), []string{"a"}, []string{"a" + u, "end"},
			[]time.Duration{500 * time.Millisecond, 2 * time.Second}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &recorder{start: time.Now(), takes: tt.takes, fail: tt.fail}
				d := newDraft(r, time.Second, "more", slog.New(slog.DiscardHandler))
				for _, part := range tt.parts {
					d.update(t.Context(), message{content: part})
					pause(t.Context(), tt.every)
				}
				if err := d.finish(t.Context(), message{content: "end"}); !errors.Is(err, tt.fail) {
					t.Errorf("finish = %v", err)
				}
				if diff := cmp.Diff(tt.want, r.shown); diff != "" {
					t.Errorf("shown (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.at, r.at); diff != "" {
					t.Errorf("at (-want +got):\n%s", diff)
				}
			})
		})
	}
}
