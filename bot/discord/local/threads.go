package local

import (
	"net/http"
	"slices"
	"time"
)

// A Thread is what only threads have.
type Thread struct {
	Archived    bool      `json:"archived"`
	AutoArchive int       `json:"auto_archive_duration"` // minutes until it leaves the channel list; nothing here waits for that
	ArchivedAt  time.Time `json:"archive_timestamp"`     // when archived last changed
	Locked      bool      `json:"locked"`
	Invitable   bool      `json:"invitable"`
	CreatedAt   time.Time `json:"create_timestamp"`
}

// A ThreadMember is someone who is in a thread.
type ThreadMember struct {
	UserID   string
	JoinedAt time.Time
}

func (m ThreadMember) wire(c *Channel) map[string]any {
	return map[string]any{"id": c.ID, "user_id": m.UserID, "join_timestamp": m.JoinedAt, "flags": 0}
}

func (c *Channel) memberIndex(user string) int {
	return slices.IndexFunc(c.Members, func(m ThreadMember) bool { return m.UserID == user })
}

func (c *Channel) hasMember(user string) bool { return c.memberIndex(user) >= 0 }

// A threadForm is the body that starts a thread or a forum post.
type threadForm struct {
	Name        string      `json:"name"`
	AutoArchive *int        `json:"auto_archive_duration"`
	Type        *int        `json:"type"`
	Invitable   *bool       `json:"invitable"`
	Message     messageForm `json:"message"` // a forum post's first
}

func (tf threadForm) check() error {
	var f form
	f.length("name", tf.Name, 1, maxChannelName)
	if tf.AutoArchive != nil {
		f.autoArchive(*tf.AutoArchive)
	}
	if tf.Type != nil && *tf.Type != ChannelPublicThread && *tf.Type != ChannelPrivateThread {
		f.fail("type", "BASE_TYPE_CHOICES", "Value must be one of {11, 12}.")
	}
	return f.err()
}

func (s *Server) postThreadFromMessage(r *http.Request, body []byte) (any, error) {
	m, c, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	var tf threadForm
	if err := read(r, body, &tf); err != nil {
		return nil, err
	}
	thread, err := s.threadFrom(s.state.app.ID, c, m, tf)
	if err != nil {
		return nil, err
	}
	return created{s.wireChannel(thread)}, nil
}

// postThread starts a thread without a message, or a forum's post.
func (s *Server) postThread(r *http.Request, body []byte) (any, error) {
	c, err := s.channel(r, PermViewChannel)
	if err != nil {
		return nil, err
	}
	var tf threadForm
	files, err := readFiles(r, body, &tf)
	if err != nil {
		return nil, err
	}
	if c.Type == ChannelForum {
		tf.Message.files = files
		thread, first, err := s.forumPost(s.state.app.ID, c, tf)
		if err != nil {
			return nil, err
		}
		w := s.wireChannel(thread)
		w["message"] = s.wire(first, true)
		return created{w}, nil
	}
	thread, err := s.startThread(s.state.app.ID, c, tf)
	if err != nil {
		return nil, err
	}
	return created{s.wireChannel(thread)}, nil
}

// threadFrom starts a public thread at a message; it has the message's id.
func (s *Server) threadFrom(user string, c *Channel, m *Message, tf threadForm) (*Channel, error) {
	switch {
	case c.Type == ChannelDM:
		return nil, errNotInDM
	case c.Type != ChannelText:
		return nil, errWrongChannelType
	}
	if err := s.state.require(c, user, PermCreatePublicThreads); err != nil {
		return nil, err
	}
	if err := tf.check(); err != nil {
		return nil, err
	}
	if s.state.channels[m.ID] != nil {
		return nil, errThreadExists
	}
	thread := s.addThread(user, c, m.ID, ChannelPublicThread, tf)
	m.Flags |= FlagHasThread
	s.announce("MESSAGE_UPDATE", m)
	starter := s.state.newMessage(thread.ID)
	starter.Type, starter.Author = TypeThreadStarter, m.Author
	starter.Reference = &Reference{MessageID: m.ID, ChannelID: c.ID, GuildID: c.GuildID}
	s.state.post(starter)
	thread.MessageCount, thread.TotalSent = 0, 0 // the starter does not count
	return thread, nil
}

// startThread starts a thread that no message stands over: a private one
// unless the form says otherwise.
func (s *Server) startThread(user string, c *Channel, tf threadForm) (*Channel, error) {
	switch {
	case c.Type == ChannelDM:
		return nil, errNotInDM
	case c.Type != ChannelText:
		return nil, errWrongChannelType
	}
	if err := tf.check(); err != nil {
		return nil, err
	}
	kind, need := ChannelPrivateThread, PermCreatePrivateThreads
	if tf.Type != nil && *tf.Type == ChannelPublicThread {
		kind, need = ChannelPublicThread, PermCreatePublicThreads
	}
	if err := s.state.require(c, user, need); err != nil {
		return nil, err
	}
	thread := s.addThread(user, c, s.state.snowflake(), kind, tf)
	if kind == ChannelPublicThread { // "Thread Created messages"
		note := s.state.newMessage(c.ID)
		note.Type, note.Author, note.Content = TypeThreadCreated, s.state.users[user], tf.Name
		note.Reference = &Reference{ChannelID: thread.ID, GuildID: c.GuildID}
		s.announce("MESSAGE_CREATE", s.state.post(note))
	}
	return thread, nil
}

// forumPost starts a thread in a forum, with its first message, which has the
// thread's id.
func (s *Server) forumPost(user string, c *Channel, tf threadForm) (*Channel, *Message, error) {
	if err := s.state.require(c, user, PermSendMessages); err != nil {
		return nil, nil, err
	}
	if err := tf.check(); err != nil {
		return nil, nil, err
	}
	first := s.state.newMessage(c.ID)
	first.Author = s.state.users[user]
	tf.Message.forPost = true
	first.Flags = tf.Message.Flags & (FlagSuppressEmbeds | FlagSuppressNotifications)
	if err := s.mayAttach(c, user, tf.Message); err != nil {
		return nil, nil, err
	}
	if err := s.state.apply(tf.Message, &first, mentionsOfMessages); err != nil {
		return nil, nil, under("message", err)
	}
	thread := s.addThread(user, c, s.state.snowflake(), ChannelPublicThread, tf)
	c.LastMessageID = thread.ID
	first.ID, first.ChannelID = thread.ID, thread.ID
	for _, a := range first.Attachments {
		file := s.state.files[a.ID]
		file.channel = thread.ID
		s.state.files[a.ID] = file
	}
	posted := s.state.post(first)
	s.announce("MESSAGE_CREATE", posted)
	return thread, posted, nil
}

// addThread makes a thread, with the one who starts it in it, and tells the
// bot.
func (s *Server) addThread(user string, parent *Channel, id string, kind int, tf threadForm) *Channel {
	now := s.now()
	c := &Channel{
		ID: id, Type: kind, GuildID: parent.GuildID, Name: tf.Name, ParentID: parent.ID, OwnerID: user,
		Thread:  &Thread{AutoArchive: 4320, ArchivedAt: now, CreatedAt: now, Invitable: tf.Invitable == nil || *tf.Invitable},
		Members: []ThreadMember{{UserID: user, JoinedAt: now}},
	}
	if tf.AutoArchive != nil {
		c.Thread.AutoArchive = *tf.AutoArchive
	}
	s.state.add(c)
	w := s.wireChannel(c)
	w["newly_created"] = true
	s.tell(c, "THREAD_CREATE", intentGuilds, func(bool) any { return w })
	return c
}

// changeThread is changeChannel for a thread: the page "Threads", "Editing &
// Deleting Threads".
func (s *Server) changeThread(user string, c *Channel, ch channelForm) error {
	manages := s.state.can(c, user, PermManageThreads)
	reopens := ch.Archived != nil && !*ch.Archived
	switch {
	case c.Thread.Archived && !reopens:
		return errArchived
	case ch.Locked != nil && !manages, c.Thread.Locked && !manages:
		return errMissingPermissions
	case reopens && !manages && !s.state.can(c, user, PermSendMessages):
		return errMissingPermissions
	case (ch.Name != nil || ch.AutoArchive != nil || ch.Archived != nil && *ch.Archived) && !manages && c.OwnerID != user:
		return errMissingPermissions
	}
	t := c.Thread
	if ch.Name != nil {
		c.Name = *ch.Name
	}
	if ch.Locked != nil {
		t.Locked = *ch.Locked
	}
	if ch.Invitable != nil && c.Type == ChannelPrivateThread {
		t.Invitable = *ch.Invitable
	}
	if ch.AutoArchive != nil {
		t.AutoArchive, t.ArchivedAt = *ch.AutoArchive, s.now()
	}
	if ch.Archived != nil && *ch.Archived != t.Archived {
		t.Archived, t.ArchivedAt = *ch.Archived, s.now()
	}
	s.tell(c, "THREAD_UPDATE", intentGuilds, func(bool) any { return s.wireChannel(c) })
	return nil
}

// getActiveThreads lists the threads that are not archived and that the bot
// sees, newest first.
func (s *Server) getActiveThreads(r *http.Request, _ []byte) (any, error) {
	g := s.state.joined(r.PathValue("guild"))
	if g == nil {
		return nil, errUnknownGuild
	}
	return s.threadList(slices.Backward(s.state.sorted(g.ID)), func(c *Channel) bool { return !c.Thread.Archived }), nil
}

// getArchivedThreads lists a channel's public archived threads.
func (s *Server) getArchivedThreads(r *http.Request, _ []byte) (any, error) {
	parent, err := s.channel(r, PermReadMessageHistory)
	if err != nil {
		return nil, err
	}
	list := s.threadList(slices.Backward(s.state.sorted(parent.GuildID)), func(c *Channel) bool {
		return c.Thread.Archived && c.ParentID == parent.ID && c.Type == ChannelPublicThread
	})
	return list, nil
}

func (s *Server) threadList(all func(func(int, *Channel) bool), want func(*Channel) bool) map[string]any {
	threads, members := []any{}, []any{}
	for _, c := range all {
		if c.Thread == nil || !want(c) || !s.state.can(c, s.state.app.ID, PermViewChannel) {
			continue
		}
		threads = append(threads, s.wireChannel(c))
		if i := c.memberIndex(s.state.app.ID); i >= 0 {
			members = append(members, c.Members[i].wire(c))
		}
	}
	return map[string]any{"threads": threads, "members": members, "has_more": false}
}
