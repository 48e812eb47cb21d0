package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"storybot/bot/discord"
	"storybot/bot/ledger"
)

// examineDiscord looks at the bot in Discord. Moderators' settings say where it is to serve.
func (p *program) examineDiscord(ctx context.Context, settings func(context.Context, string) ledger.Settings) []finding {
	if p.settings.DiscordToken == "" {
		return []finding{doubtful("token", "DISCORD_TOKEN is not set: only the terminal works", "Set it, or DISCORD_TOKEN_FILE, for 'storybot serve'; the README shows how to get one.")}
	}
	e, err := discord.NewExaminer(p.settings.DiscordToken, p.settings.DiscordAPIURL)
	if err != nil {
		return []finding{tokenFinding(err)}
	}
	defer e.Close()
	id, err := e.Identity(ctx)
	if err != nil {
		return append([]finding{tokenFinding(err)}, clockFindings(e)...)
	}
	d := diagnosis{Examiner: e, id: id, link: discord.InviteLink(id.Application), reads: p.settings.Reads, settings: settings, only: p.guild}
	findings := []finding{well("token", "of the bot "+id.Name), d.application(), d.intents()}
	return append(append(findings, clockFindings(e)...), atOnce(ctx,
		func(ctx context.Context) []finding { return []finding{d.gateway(ctx)} },
		d.guilds,
	)...)
}

// tokenFinding is why Discord does not tell whose the token is.
func tokenFinding(err error) finding {
	if errors.Is(err, discord.ErrBadToken) {
		return broken("token", said(err), mendFor(err, ""))
	}
	return broken("Discord", "it cannot be asked: "+said(err), "Check the network, the firewall and the proxy (HTTPS_PROXY) on the way to discord.com, port 443, and DISCORD_API_URL, if you have set it.")
}

// How far this machine's clock may be off. What is asked in Discord is as old as Discord
// says, and its replies have a quarter of an hour by that.
const (
	clockOff   = 5 * time.Second
	clockWrong = time.Minute
)

func clockFindings(e *discord.Examiner) []finding {
	const check = "clock"
	const mend = "Have it set by the network, for example: timedatectl set-ntp true"
	skew, known := e.Skew()
	if !known {
		return nil
	}
	off := skew.Abs().Round(time.Second)
	detail := off.String() + " behind Discord's"
	if skew > 0 {
		detail = off.String() + " ahead of Discord's"
	}
	switch {
	case off >= clockWrong:
		return []finding{broken(check, detail+": questions get no answer in time", mend)}
	case off >= clockOff:
		return []finding{doubtful(check, detail, mend)}
	}
	return []finding{well(check, "agrees with Discord's")}
}

// A diagnosis is what is known of the bot while its places are looked at.
type diagnosis struct {
	*discord.Examiner
	id       discord.Identity
	link     string
	reads    bool // STORYBOT_READ_MESSAGES
	settings func(context.Context, string) ledger.Settings
	only     string // a guild, or "" for all
}

func (d *diagnosis) application() finding {
	if of := d.TokenUser(); of != "" && of != d.id.User {
		return doubtful("application", fmt.Sprintf("the token says that it is of the bot %s, but who answers says %s", of, d.id.User),
			"Look who answers in Discord's place: DISCORD_API_URL, or a proxy.")
	}
	return well("application", d.id.Application+", invited by "+d.link)
}

func (d *diagnosis) intents() finding {
	const check = "intents"
	const where = "in Discord's developer portal (Bot, Privileged Gateway Intents)"
	switch {
	case d.reads && !d.id.Reads:
		return broken(check, "STORYBOT_READ_MESSAGES is true, but the application has no Message Content intent: Discord will not let the bot in",
			"Switch Message Content on "+where+", or take STORYBOT_READ_MESSAGES away.")
	case d.reads:
		return well(check, "Message Content is on, as STORYBOT_READ_MESSAGES wants it")
	case d.id.Reads:
		return well(check, "no privileged one is needed; Message Content is on, and can be switched off")
	}
	return well(check, "no privileged one is needed")
}

func (d *diagnosis) gateway(ctx context.Context) finding {
	const check = "gateway"
	of, err := d.Gateway(ctx)
	left := fmt.Sprintf("%d of %d sessions are left", of.Remaining, of.Total)
	const mend = "Find out what starts the bot, or another with its token, again and again."
	switch {
	case err != nil:
		return broken(check, said(err), "Let WebSockets (wss) to gateway.discord.gg and its subdomains, port 443, through the firewall and the proxy.")
	case of.Total == 0:
		return well(check, "it can be connected to")
	case of.Remaining < of.Kept:
		return broken(check, fmt.Sprintf("%s: 'storybot serve' waits for new ones, in %v", left, of.ResetAfter.Round(time.Minute)), mend)
	case of.Remaining < of.Total/10:
		return doubtful(check, fmt.Sprintf("%s for the next %v", left, of.ResetAfter.Round(time.Minute)), mend)
	}
	return well(check, "it can be connected to; "+left+" today")
}

// maxGuilds is how many servers are looked at: each takes three requests, out of the 50 a
// second that the bot has, which may be serving.
const (
	maxGuilds     = 30
	guildsAtATime = 4
)

// guilds looks at the servers that the bot is in.
func (d *diagnosis) guilds(ctx context.Context) []finding {
	const check = "permissions"
	guilds, err := d.Guilds(ctx)
	if err != nil {
		return []finding{broken(check, "the bot's servers cannot be listed: "+said(err), "Ask again later.")}
	}
	var more []finding
	switch {
	case d.only != "":
		guilds = slices.DeleteFunc(guilds, func(g discord.NamedGuild) bool { return g.ID != d.only })
		if len(guilds) == 0 {
			return []finding{broken(check, "the bot is not in server "+d.only, "Invite it: "+d.link)}
		}
	case len(guilds) == 0:
		return []finding{doubtful(check, "the bot is in no server yet", "Invite it: "+d.link)}
	case len(guilds) > maxGuilds:
		more = []finding{well(check, fmt.Sprintf("%d more servers are not looked at; --guild ID looks at one", len(guilds)-maxGuilds))}
		guilds = guilds[:maxGuilds]
	}
	found := make([][]finding, len(guilds))
	var running sync.WaitGroup
	free := make(chan struct{}, guildsAtATime)
	for i, g := range guilds {
		running.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			found[i] = d.guild(ctx, g)
		})
	}
	running.Wait()
	return append(slices.Concat(found...), more...)
}

// guild looks at the channels of a server.
func (d *diagnosis) guild(ctx context.Context, g discord.NamedGuild) (findings []finding) {
	name := fmt.Sprintf("%s (%s)", g.Name, g.ID)
	settings := d.settings(ctx, g.ID)
	if len(settings.Auto) > 0 && !d.reads {
		findings = append(findings, doubtful("intents", name+": moderators want unasked answers (/settings auto), but the bot may not read messages",
			"Set STORYBOT_READ_MESSAGES=true, and switch Message Content on for the application; or clear it: storybot settings --guild "+g.ID+" auto="))
	}
	places, err := d.Places(ctx, g.ID, settings)
	if err != nil {
		return append(findings, doubtful("permissions", name+": "+said(err), "Ask again later, or for it alone: storybot doctor --guild "+g.ID))
	}
	return append(findings, d.placeFindings(name, g.ID, places)...)
}

// placeFindings are what is wrong with the places of a server, those with the same fault
// in one; or that nothing is.
func (d *diagnosis) placeFindings(name, guild string, places []discord.Place) (findings []finding) {
	const check = "permissions"
	good, able, hidden := 0, 0, 0 // able: it can answer there
	faulty := make(map[string][]discord.Place)
	var faults []string // in the order of their first places
	for _, p := range places {
		fault := "lacks " + strings.Join(p.Missing, ", ")
		if !p.Gone && !blocks(p) {
			able++
		}
		switch {
		case p.Gone:
			fault = "gone"
		case len(p.Missing) == 0:
			good++
			continue
		case p.Private && p.Setting == "": // meant so, or at least nobody asked for it
			hidden++
			continue
		}
		if faulty[fault] == nil {
			faults = append(faults, fault)
		}
		faulty[fault] = append(faulty[fault], p)
	}
	for _, fault := range faults {
		of := faulty[fault]
		grave := func(p discord.Place) bool { return p.Setting != "" && !p.Gone && blocks(p) }
		tell := doubtful
		if able == 0 || slices.ContainsFunc(of, grave) {
			tell = broken
		}
		if fault == "gone" {
			findings = append(findings, tell(check, name+": /settings "+of[0].Setting+" names "+channels(of)+", which is not there any more",
				"Name others, in Discord by /settings, or: storybot settings --guild "+guild+" "+of[0].Setting+"="))
			continue
		}
		mend := "In Discord give the bot's role " + strings.Join(of[0].Missing, ", ") + " there: Edit Channel, Permissions."
		if able == 0 {
			mend += " If its role lacks it everywhere, open " + d.link + " and pick the server again."
		}
		findings = append(findings, tell(check, name+": "+fault+" in "+channels(of), mend))
	}
	also := ""
	if hidden > 0 {
		also = "; it does not see " + counted(hidden, "private channel")
	}
	switch {
	case len(findings) > 0:
		return findings
	case good == 0 && hidden > 0:
		return []finding{doubtful(check, name+": sees none of its channels, which are private", "Give the bot's role View Channel where it is to answer, under Edit Channel, Permissions.")}
	}
	return []finding{well(check, name+": all that is needed in "+counted(good, "channel")+also)}
}

// blocks reports whether the bot cannot answer in a place. Without Read Message History it
// can, only not as a reply.
func blocks(p discord.Place) bool {
	return p.Hidden || slices.ContainsFunc(p.Missing, func(name string) bool { return strings.HasPrefix(name, "Send") })
}

// maxNamed is how many channels are named in a line.
const maxNamed = 5

func channels(places []discord.Place) string {
	var names []string
	for _, p := range places[:min(len(places), maxNamed)] {
		if p.Name == "" {
			names = append(names, "channel "+p.ID)
		} else {
			names = append(names, "#"+p.Name)
		}
	}
	if more := len(places) - maxNamed; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
