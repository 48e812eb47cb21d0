package local

// visible are the channels of a guild that the bot sees, threads aside; nil
// when it is not in the guild.
func (s *Server) visible(g *Guild) map[string]bool {
	if g.member(s.state.app.ID) == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, c := range s.state.sorted(g.ID) {
		if c.Thread == nil && s.state.can(c, s.state.app.ID, PermViewChannel) {
			seen[c.ID] = true
		}
	}
	return seen
}

// syncThreads tells the bot of the active threads in channels that it sees
// now and did not before: the page "Threads", "Gaining Access to Channels".
func (s *Server) syncThreads(g *Guild, before map[string]bool) {
	if before == nil {
		return // it has joined, and GUILD_CREATE has told it
	}
	gained := []string{}
	for _, c := range s.state.sorted(g.ID) {
		if c.Thread == nil && !before[c.ID] && s.state.can(c, s.state.app.ID, PermViewChannel) {
			gained = append(gained, c.ID)
		}
	}
	if len(gained) == 0 {
		return
	}
	in := map[string]bool{}
	for _, id := range gained {
		in[id] = true
	}
	list := s.threadList(func(yield func(int, *Channel) bool) {
		for i, c := range s.state.sorted(g.ID) {
			if in[c.ParentID] && !yield(i, c) {
				return
			}
		}
	}, func(c *Channel) bool { return !c.Thread.Archived })
	event := map[string]any{"guild_id": g.ID, "channel_ids": gained, "threads": list["threads"], "members": list["members"]}
	s.dispatch("THREAD_LIST_SYNC", intentGuilds, func(bool) any { return event })
}
