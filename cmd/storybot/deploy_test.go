//go:build unix

package main

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"storybot/bot/discord/local"
)

// instructions are a stage of a Dockerfile, by their names.
type instructions map[string][]string

// dockerfile gives the stages of the image.
func dockerfile(t *testing.T) (stages []instructions) {
	t.Helper()
	text := regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(readFile(t, "deploy/Dockerfile"), "")
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", "")) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "FROM" {
			stages = append(stages, instructions{})
		}
		if name != "" {
			last := stages[len(stages)-1]
			last[name] = append(last[name], strings.Join(strings.Fields(rest), " "))
		}
	}
	return stages
}

// TestDockerfile has the image be built by the compiler that go.mod asks for, hold
// nothing but what the first stage made, and run as nobody in particular.
func TestDockerfile(t *testing.T) {
	stages := dockerfile(t)
	if len(stages) != 2 {
		t.Fatalf("%d stages", len(stages))
	}
	build, image := stages[0], stages[1]
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readFile(t, "../../go.mod"))[1]
	if !strings.HasPrefix(build["FROM"][0], "golang:"+version+"-") {
		t.Errorf("built by %s, but go.mod has Go %s", build["FROM"][0], version)
	}
	want := instructions{
		"FROM":        {"scratch"},
		"COPY":        {"--from=build /image/ /", "--from=build --chown=65532:65532 /image/data /data"},
		"ENV":         {"STORYBOT_DB=/data/storybot.db STORYBOT_METRICS=127.0.0.1:9090"},
		"VOLUME":      {"/data"},
		"WORKDIR":     {"/data"},
		"USER":        {"65532:65532"},
		"HEALTHCHECK": {`--interval=30s --timeout=5s --start-period=30s CMD ["/storybot", "doctor", "--running"]`},
		"ENTRYPOINT":  {`["/storybot"]`},
		"CMD":         {`["serve"]`},
	}
	if diff := cmp.Diff(want, image); diff != "" {
		t.Errorf("the image (-want +got):\n%s", diff)
	}
	ignored := strings.Fields(readFile(t, "../../.dockerignore"))
	for _, name := range []string{"**/*.db", "**/*.inbox", "**/*token.txt", "**/.env"} {
		if !slices.Contains(ignored, name) {
			t.Errorf("%s is sent to the build", name)
		}
	}
}

// TestImage builds the program as the Dockerfile does, and runs it as the image does: by
// a user without a name, in a root with nothing but the image's files. It answers in
// Discord, its health check sees that, and SIGTERM ends it well.
func TestImage(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the compiler")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root may change the root folder")
	}
	root := imageRoot(t)
	in := func(ctx context.Context, environ []string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, "/storybot", args...)
		cmd.Env = append(environ, "STORYBOT_DB=/data/storybot.db")
		cmd.Dir = "/data"
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		return cmd
	}
	out, err := in(t.Context(), nil, "ask", "Who is the Kremlin's spokesperson?").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "[1] Kremlin rejects") {
		t.Fatalf("ask: %v\n%s", err, out)
	}

	discord := local.New(local.Options{Token: secretToken, Name: "storybot", Now: time.Now})
	site := httptest.NewServer(discord)
	defer site.Close()
	defer discord.Close()
	ann := discord.AddUser("ann")
	channel := discord.AddChannel(discord.AddGuild("Readers", ann).ID, "general")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	environ := []string{"DISCORD_TOKEN=" + secretToken, "DISCORD_API_URL=" + site.URL + "/api", "STORYBOT_METRICS=" + freeAddress(t)}
	serve := in(ctx, environ, "serve")
	var log strings.Builder
	serve.Stderr = &log
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	answered := func() error {
		if err := discord.Online(ctx); err != nil {
			return err
		}
		asked, err := discord.Slash(ann.ID, channel.ID, "ask", local.Option{Name: "question", Value: "Who is Peskov?"})
		if err != nil {
			return err
		}
		m, err := discord.Response(ctx, asked.ID)
		if err == nil && !strings.Contains(m.Content, "[1]") {
			err = errors.New(m.Content)
		}
		return errors.Join(err, in(ctx, environ, "doctor", "--running").Run())
	}()
	err = errors.Join(answered, serve.Process.Signal(syscall.SIGTERM), serve.Wait())
	if err != nil {
		t.Errorf("%v\n%s", err, &log)
	}
	if err := in(ctx, environ, "doctor", "--running").Run(); err == nil {
		t.Error("a bot that is stopped is said to run")
	}
}

// freeAddress is one of this machine at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// imageRoot is a folder with what the first stage of the Dockerfile makes.
func imageRoot(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "image")
	runs := dockerfile(t)[0]["RUN"]
	for _, run := range runs[1:] { // after the download of modules
		for strings.HasPrefix(run, "--mount=") {
			_, run, _ = strings.Cut(run, " ")
		}
		cmd := exec.Command("sh", "-ec", strings.ReplaceAll(run, "/image/", root+"/"))
		cmd.Dir = "../.."
		if out, err := cmd.CombinedOutput(); bytes.Contains(out, []byte("cannot find -lc")) {
			t.Skip("there is no static C library here")
		} else if err != nil {
			t.Fatalf("%s: %v\n%s", run, err, out)
		} else if len(out) > 0 {
			t.Errorf("%s warns:\n%s", run, out)
		}
	}
	if err := os.Chown(filepath.Join(root, "data"), 65532, 65532); err != nil {
		t.Fatal(err)
	}
	binary, err := elf.Open(filepath.Join(root, "storybot"))
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	if libraries, err := binary.ImportedLibraries(); len(libraries) > 0 || slices.ContainsFunc(binary.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Errorf("the binary is not static: %v, %v", libraries, err)
	}
	return root
}

// TestCompose has the service be shut in, keep its data, and get the token as a file.
func TestCompose(t *testing.T) {
	type service struct {
		Build struct {
			Context    string
			Dockerfile string
		}
		Environment map[string]string
		Secrets     []string
		Volumes     []string
		ReadOnly    bool     `yaml:"read_only"`
		CapDrop     []string `yaml:"cap_drop"`
		SecurityOpt []string `yaml:"security_opt"`
		Tmpfs       []string
		Restart     string
		StopGrace   string `yaml:"stop_grace_period"`
		Privileged  bool
		Ports       []string
	}
	var got struct {
		Services map[string]service
		Volumes  map[string]any
		Secrets  map[string]struct{ File string }
	}
	if err := yaml.Unmarshal([]byte(readFile(t, "deploy/compose.yaml")), &got); err != nil {
		t.Fatal(err)
	}
	want := service{
		Environment: map[string]string{"DISCORD_TOKEN_FILE": "/run/secrets/discord_token"},
		Secrets:     []string{"discord_token"},
		Volumes:     []string{"data:/data"},
		ReadOnly:    true,
		CapDrop:     []string{"ALL"},
		SecurityOpt: []string{"no-new-privileges:true"},
		Tmpfs:       []string{"/tmp:mode=1777,size=64m"},
		Restart:     "unless-stopped",
		StopGrace:   "30s",
	}
	want.Build.Context, want.Build.Dockerfile = "../../..", "cmd/storybot/deploy/Dockerfile"
	if diff := cmp.Diff(want, got.Services["storybot"]); diff != "" {
		t.Errorf("the service (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join("deploy", want.Build.Context, want.Build.Dockerfile)); err != nil {
		t.Error(err)
	}
	if _, kept := got.Volumes["data"]; !kept || got.Secrets["discord_token"].File == "" {
		t.Errorf("volumes %v, secrets %v", got.Volumes, got.Secrets)
	}
}

// TestUnit has systemd take the unit, and call it safe.
func TestUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze here")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "storybot.service")
	text := strings.Replace(readFile(t, "deploy/storybot.service"), "ExecStart=/usr/local/bin/storybot ", "ExecStart="+program+" ", 1)
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("verify: %v\n%s", err, out)
	}
	// In tenths: what is left is the network, which it needs.
	if out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=15", unit).CombinedOutput(); err != nil {
		t.Errorf("security: %v\n%s", err, out)
	}
}
