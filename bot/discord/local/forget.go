package local

import (
	"slices"
	"strings"
	"time"
)

const (
	// interactionMemory is well after a token's life: a person may leave a
	// modal open for long.
	interactionMemory = 24 * time.Hour

	fewInteractions = 1000 // of so many none is forgotten

	tokenPrefix = "token-" // of interactions' tokens, before a snowflake
)

// Forget forgets an interaction and all messages that answer it, and returns how many
// those were. Nobody is told: it is for a Server that is to serve for long, once the
// answer has been looked at. What the bot still sends for it is refused.
func (s *Server) Forget(interaction string) (answers int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.state.interactions[interaction]
	if i == nil {
		return 0
	}
	for _, m := range s.state.inChannel(i.ChannelID) {
		if m.InteractionID == i.ID {
			s.state.remove(m)
			answers++
		}
	}
	delete(s.state.byToken, i.Token)
	delete(s.state.interactions, i.ID)
	return answers
}

// forgetInteractions forgets the interactions of more than a day ago that no
// message is of, and that opened none that is kept. It looks through them each
// time that they have doubled.
func (st *state) forgetInteractions() {
	if len(st.interactions) < st.sweepAt {
		return
	}
	kept := map[string]bool{}
	for _, i := range st.interactions {
		if st.isOld(i) && !st.hasMessages(i) {
			continue
		}
		for ; i != nil && !kept[i.ID]; i = st.interactions[i.OpenedBy] {
			kept[i.ID] = true
		}
	}
	for id, i := range st.interactions {
		if st.isOld(i) {
			delete(st.byToken, i.Token)
		}
		if !kept[id] {
			delete(st.interactions, id)
		}
	}
	st.sweepAt = max(fewInteractions, 2*len(st.interactions))
}

func (st *state) isOld(i *Interaction) bool { return st.now().Sub(i.CreatedAt) > interactionMemory }

// hasMessages reports whether a message says that it is of an interaction.
func (st *state) hasMessages(i *Interaction) bool {
	return slices.ContainsFunc(append(slices.Clone(i.FollowUps), i.ResponseID), func(id string) bool {
		m := st.byID[id]
		return m != nil && m.InteractionID == i.ID
	})
}

// hadToken reports whether a token may be that of an interaction which has been
// forgotten.
func (st *state) hadToken(token string) bool {
	id, ours := strings.CutPrefix(token, tokenPrefix)
	return ours && number(id) > number(st.app.ID) && st.now().Sub(madeAt(id)) > tokenLife
}
