package runtimes

import (
	"cmp"
	"context"
	_ "embed"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
)

// Runtime is an entry of the table of runtimes: how its driver is made and what
// it is judged by.
type Runtime struct {
	Name    string
	Title   string
	Tool    string   // the program that must be on the PATH
	Install string   // the command that installs it on Debian
	Edition string   // what it is judged by
	Compare []string // other editions worth comparing it with

	source  source
	spins   bool  // its own threads spin until each has a processor, so that it needs two
	memory  int64 // bound of its address space in bytes; 0 for systems that reserve more than they use
	command func(file string) []string
	build   func(file, out string) []string // nil where the source itself is run
}

type source struct{ file, text string }

// The drivers of the Lisps are a port and what they share, in one file.
//
//go:embed lisp/driver.lisp
var lispDriver string

//go:embed sbcl/port.lisp
var sbclPort string

//go:embed ecl/port.lisp
var eclPort string

//go:embed ghc/Driver.hs
var ghcDriver string

//go:embed cpython/driver.py
var cpythonDriver string

//go:embed java/Driver.java
var javaDriver string

//go:embed racket/driver.rkt
var racketDriver string

//go:embed pthread/driver.c
var pthreadDriver string

//go:embed erlang/driver.erl
var erlangDriver string

//go:embed ruby/driver.rb
var rubyDriver string

const apt = "apt-get install --no-install-recommends "

func ghcBuild(file, out string) []string {
	return []string{"ghc", "-O1", "-threaded", "-rtsopts", "-outputdir", filepath.Dir(out), "-o", out, file}
}

// Cancellation unwinds, also from between two instructions: hence the tables.
func gccBuild(file, out string) []string {
	return []string{"gcc", "-O1", "-Wall", "-pthread", "-fexceptions", "-fnon-call-exceptions", "-o", out, file}
}

func itself(file string) []string { return []string{file} }

// ECL builds a program of its own from the driver, by way of C.
func eclBuild(file, out string) []string {
	return []string{"ecl", "--norc",
		"--eval", `(compile-file "` + file + `" :system-p t :output-file "` + out + `.o")`,
		"--eval", `(c:build-program "` + out + `" :lisp-files '("` + out + `.o") :epilogue-code '(interject-driver::main))`,
		"--eval", "(ext:quit)"}
}

// A small allocation area makes for many garbage collections, hence safe points;
// short time slices let a thread that does not yield be interrupted soon.
// The collector stays parallel: with -qg, and with -qn1, GHC 9.0.2 dies, "internal error:
// removeFromQueues", after some hundred to thousand exceptions thrown between capabilities.
func ghcRun(capabilities string) func(string) []string {
	return func(file string) []string {
		return []string{file, "+RTS", capabilities, "-I0", "-A64k", "-C0.001", "-V0.001", "-M1g", "-RTS"}
	}
}

var table = []Runtime{
	{
		Name: "ghc", Title: "Glasgow Haskell Compiler, two capabilities", Tool: "ghc", Install: apt + "ghc",
		Edition: "ghc@9.0", Compare: []string{"ghc@base4.15", "ghc@doc2010", "ghc@pldi01"},
		source: source{"Driver.hs", ghcDriver},
		spins:  true, // those that collect
		memory: 4 << 30,
		build:  ghcBuild, command: ghcRun("-N2"),
	},
	{
		Name: "ghc-1cap", Title: "Glasgow Haskell Compiler, one capability", Tool: "ghc", Install: apt + "ghc",
		Edition: "ghc@9.0-1cap", Compare: []string{"ghc@9.0", "ghc@base4.15", "ghc@doc2010", "ghc@pldi01"},
		source: source{"Driver.hs", ghcDriver},
		memory: 4 << 30,
		build:  ghcBuild, command: ghcRun("-N1"),
	},
	{
		Name: "cpython", Title: "CPython, asynchronous exceptions", Tool: "python3", Install: apt + "python3",
		// No document stands beside it: those of Python speak of signals.
		Edition: "python@3.11",
		source:  source{"driver.py", cpythonDriver},
		memory:  2 << 30,
		command: func(file string) []string { return []string{"python3", "-I", "-u", file} },
	},
	{
		Name: "asyncio", Title: "CPython, tasks of asyncio", Tool: "python3", Install: apt + "python3",
		Edition: "asyncio@3.11",
		source:  source{"driver.py", cpythonDriver},
		memory:  2 << 30,
		command: func(file string) []string { return []string{"python3", "-I", "-u", file, "asyncio"} },
	},
	{
		Name: "java", Title: "OpenJDK, Thread.interrupt", Tool: "javac", Install: apt + "openjdk-17-jdk-headless",
		Edition: "java@17",
		source:  source{"Driver.java", javaDriver},
		build:   func(file, out string) []string { return []string{"javac", "-nowarn", "-d", out, file} },
		command: func(dir string) []string {
			// The virtual machine reserves more address space than it uses: its heap is bounded instead.
			return []string{"java", "-Xmx256m", "-Xmn192m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp", dir, "Driver"}
		},
	},
	{
		Name: "racket", Title: "Racket CS, breaks", Tool: "racket", Install: apt + "racket",
		Edition: "racket@8.7",
		source:  source{"driver.rkt", racketDriver},
		memory:  2 << 30,
		command: func(file string) []string { return []string{"racket", "--require", file} },
	},
	{
		Name: "ecl", Title: "Embeddable Common-Lisp", Tool: "ecl", Install: apt + "ecl",
		Edition: "ecl@21",
		source:  source{"driver.lisp", eclPort + lispDriver},
		memory:  4 << 30,
		build:   eclBuild,
		// Each thread has stacks of some hundred kilobytes in the collector's heap. From a small
		// one they are collected after every few runs, which took most of the processor time.
		command: func(file string) []string { return []string{"env", "GC_INITIAL_HEAP_SIZE=200000000", file} },
	},
	{
		Name: "erlang", Title: "Erlang/OTP, exit signals", Tool: "erlc", Install: apt + "erlang-base",
		Edition: "erlang@25", Compare: []string{"erlang@doc25"},
		source: source{"driver.erl", erlangDriver},
		build: func(file, out string) []string {
			return []string{"sh", "-c", `mkdir -p "$2" && erlc -o "$2" "$1"`, "sh", file, out}
		},
		command: func(dir string) []string {
			// Two schedulers, or of two processes that kill each other one would always live.
			return []string{"erl", "+S", "2:2", "-noshell", "-env", "ERL_CRASH_DUMP_BYTES", "0", "-pa", dir, "-s", "driver", "main"}
		},
	},
	{
		Name: "pthread", Title: "POSIX threads, cancellation, C", Tool: "gcc", Install: apt + "gcc libc6-dev",
		Edition: "pthread@glibc2.36", Compare: []string{"pthread@doc"},
		source: source{"driver.c", pthreadDriver},
		memory: 2 << 30,
		build:  gccBuild, command: itself,
	},
	{
		Name: "ruby", Title: "CRuby, Thread#raise and Thread#kill", Tool: "ruby", Install: apt + "ruby",
		Edition: "ruby@3.1", Compare: []string{"ruby@doc3.1"},
		source: source{"driver.rb", rubyDriver},
		memory: 2 << 30,
		command: func(file string) []string {
			return []string{"ruby", "--disable=gems,did_you_mean,error_highlight", file}
		},
	},
	{
		Name: "sbcl", Title: "Steel Bank Common Lisp", Tool: "sbcl", Install: apt + "sbcl",
		Edition: "sbcl@2.2", Compare: []string{"sbcl@doc"},
		source: source{"driver.lisp", sbclPort + lispDriver},
		memory: 4 << 30,
		command: func(file string) []string {
			return []string{"sbcl", "--noinform", "--disable-ldb", "--lose-on-corruption",
				"--dynamic-space-size", "512MB", "--no-userinit", "--no-sysinit",
				"--disable-debugger", "--load", file, "--eval", "(interject-driver::main)"}
		},
	},
}

// All lists the runtimes by name.
func All() []Runtime {
	return slices.SortedFunc(slices.Values(table), func(a, b Runtime) int { return cmp.Compare(a.Name, b.Name) })
}

// Find is the runtime of a name.
func Find(name string) (Runtime, bool) {
	i := slices.IndexFunc(table, func(r Runtime) bool { return r.Name == name })
	if i < 0 {
		return Runtime{}, false
	}
	return table[i], true
}

// Installed is nil if the runtime's tool is on this machine, else a *NotInstalled.
func (r Runtime) Installed() error {
	if _, err := exec.LookPath(r.Tool); err != nil {
		return &NotInstalled{r.Name, r.Tool, r.Install}
	}
	return nil
}

// Jobs is how many processes of the driver may well run side by side: twice as many as there
// are processors, since runs wait for most of their time.
func (r Runtime) Jobs() int {
	if r.spins {
		return max(1, runtime.NumCPU()/2)
	}
	return 2 * runtime.NumCPU()
}

// Driver is a runner for r. Its process is built and started when first needed.
func (r Runtime) Driver() *Driver {
	return NewDriver(r.Name, r.Edition, func(ctx context.Context) (*exec.Cmd, error) {
		if err := r.Installed(); err != nil {
			return nil, err
		}
		argv, err := r.prepare(ctx)
		if err != nil {
			return nil, err
		}
		return limited(argv, r.memory), nil
	})
}
