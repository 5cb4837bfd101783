package runtimes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// cpuSeconds bounds the processor time of one driver process. A driver that
// comes so far is replaced by a fresh one.
const cpuSeconds = 1200

// limited is a command with bounds of memory and processor time and without core
// files, set by the shell for lack of a portable way to set them at the start of
// a process.
func limited(argv []string, memory int64) *exec.Cmd {
	script := "ulimit -c 0; ulimit -t " + strconv.Itoa(cpuSeconds) + "; "
	if memory > 0 {
		script += "ulimit -v " + strconv.FormatInt(memory>>10, 10) + "; "
	}
	cmd := exec.Command("/bin/sh", append([]string{"-c", script + `exec "$@"`, "sh"}, argv...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	return cmd
}

// prepare puts the driver's source where it can be run, builds it if it needs
// that, and says what to run. What is there already, by content, is used again.
func (r Runtime) prepare(ctx context.Context) ([]string, error) {
	dir, err := r.cacheDir()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, r.source.file)
	program := filepath.Join(dir, "driver")
	target := file
	if r.build != nil {
		target = program
	}
	if _, err := os.Stat(target); err != nil {
		if err := r.makeDir(ctx, dir); err != nil {
			return nil, err
		}
	}
	return r.command(target), nil
}

// cacheDir is named by all that the result depends on: the source, the command
// that builds it, and the tool.
func (r Runtime) cacheDir() (string, error) {
	root, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no place to keep drivers in: %w; set XDG_CACHE_HOME", err)
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n", r.source.file, r.source.text)
	if r.build != nil {
		fmt.Fprintln(h, strings.Join(r.build("in", "out"), "\n"))
		fmt.Fprintln(h, toolIdentity(r.Tool))
	}
	return filepath.Join(root, "interject", r.Tool+"-"+hex.EncodeToString(h.Sum(nil)[:8])), nil
}

// toolIdentity changes when the tool is replaced.
func toolIdentity(tool string) string {
	path, err := exec.LookPath(tool)
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	if err != nil {
		return path
	}
	return fmt.Sprint(path, info.Size(), info.ModTime().UnixNano())
}

// makeDir makes the directory beside its place and moves it there, so that
// nobody finds it half made. Of two that do so at once one wins.
func (r Runtime) makeDir(ctx context.Context, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), r.Tool+"-building-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	file := filepath.Join(tmp, r.source.file)
	if err := os.WriteFile(file, []byte(r.source.text), 0o644); err != nil {
		return err
	}
	if r.build != nil {
		if err := r.compile(ctx, file, filepath.Join(tmp, "driver")); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp, dir); err != nil {
		if _, there := os.Stat(dir); there != nil {
			return err
		}
	}
	return os.Chmod(dir, 0o755)
}

func (r Runtime) compile(ctx context.Context, file, out string) error {
	argv := r.build(file, out)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = filepath.Dir(file)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return &Broken{Runner: r.Name, Got: fmt.Sprintf("%v from %q", err, strings.Join(argv, " ")), Want: "a driver that compiles", Stderr: string(text)}
	}
	return nil
}
