package runtimes

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// child is one running driver process.
type child struct {
	cmd        *exec.Cmd
	in         io.WriteCloser
	lines      chan []byte // closed at the end of its output
	trace      io.Writer   // nil, or where every line is copied to
	log        *tail
	exited     chan struct{}
	state      *os.ProcessState // valid once exited is closed
	seq        int
	hello      reply
	loaded     string        // wire form of the program it holds
	billed     time.Duration // of its processor time, what a tally has already
	unobserved []string      // kinds of events that its histories of that leave out
}

// errEnded is met when the process ended instead of answering.
var errEnded = errors.New("the driver's process ended")

// errSilent is met when the process did not answer in time.
var errSilent = errors.New("the driver did not answer in time")

// longestLine bounds a reply; a longer one is not from a driver.
const longestLine = 1 << 20

func start(cmd *exec.Cmd, trace io.Writer) (*child, error) {
	contain(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, in: in, lines: make(chan []byte, 64), trace: trace, log: &tail{}, exited: make(chan struct{})}
	cmd.Stderr = c.log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	go c.read(out)
	return c, nil
}

// read passes on whole lines. What follows the last newline was torn off by the
// death of the process and is nobody's answer.
func (c *child) read(out io.Reader) {
	r := bufio.NewReaderSize(out, longestLine)
	for {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			break
		}
		c.lines <- append([]byte(nil), line...)
	}
	close(c.lines)
	c.cmd.Wait()
	c.state = c.cmd.ProcessState
	close(c.exited)
}

func (c *child) send(r request) error {
	c.seq++
	r.Seq = c.seq
	line, err := encode(r)
	if err != nil {
		return err
	}
	c.note('>', line)
	if _, err := c.in.Write(line); err != nil {
		return errEnded
	}
	return nil
}

// receive waits for the next reply to the last request.
func (c *child) receive(ctx context.Context, patience time.Duration) (reply, string, error) {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case line, ok := <-c.lines:
		if !ok {
			return reply{}, "", errEnded
		}
		c.note('<', line)
		r, kind, err := decode(line)
		if err == nil && r.Seq != c.seq {
			err = fmt.Errorf("seq %d", r.Seq)
		}
		if err != nil {
			return r, "", &Broken{Got: fmt.Sprintf("%.200q (%v)", line, err), Want: fmt.Sprintf("a reply to request %d", c.seq)}
		}
		return r, kind, nil
	case <-t.C:
		return reply{}, "", errSilent
	case <-ctx.Done():
		return reply{}, "", ctx.Err()
	}
}

func (c *child) note(direction byte, line []byte) {
	if c.trace != nil {
		fmt.Fprintf(c.trace, "%c %s\n", direction, bytes.TrimRight(line, "\n"))
	}
}

// ask sends a request that has one reply.
func (c *child) ask(ctx context.Context, r request, patience time.Duration) (reply, string, error) {
	if err := c.send(r); err != nil {
		return reply{}, "", err
	}
	return c.receive(ctx, patience)
}

// kill ends the process and all that it started, and waits until it is gone.
func (c *child) kill() {
	killGroup(c.cmd)
	c.in.Close()
	for range c.lines { // until read has seen the end of the output
	}
	<-c.exited
}

// bill is the processor time that the process used since it was asked before.
func (c *child) bill() time.Duration {
	used, known := c.used()
	if !known || used < c.billed {
		return 0
	}
	since := used - c.billed
	c.billed = used
	return since
}

// used is the processor time of the process, and of what it started; exact once it has ended.
func (c *child) used() (time.Duration, bool) {
	select {
	case <-c.exited:
		return c.state.UserTime() + c.state.SystemTime(), true
	default:
		return cpuTime(c.cmd.Process.Pid)
	}
}

// ended waits until a process whose output has ended is gone, with all that it
// logged. It reports false for one that lives on, and kills it; one that goes on using
// the processor may be dying on a loaded machine.
func (c *child) ended() bool {
	before, _ := c.used()
	for range silences {
		select {
		case <-c.exited:
			return true
		case <-time.After(patienceToDie):
		}
		after, _ := c.used()
		if after == before {
			break
		}
		before = after
	}
	c.kill()
	return false
}

// stop asks the process to end, and kills what does not.
func (c *child) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	c.ask(ctx, request{Cmd: "stop"}, time.Second)
	c.kill()
}

// tail keeps the end of what a driver writes to its standard error.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if n := len(t.buf) - tailSize; n > 0 {
		t.buf = append(t.buf[:0], t.buf[n:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
