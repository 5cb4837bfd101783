package model

// Idioms says how a system's own forms are made of primitive statements.
type Idioms struct {
	ThrowTo  Sends    // what throwTo t X is
	Kill     Sends    // what kill t and exit are
	Protect  Guarding // what protect is
	Bracket  Guarding // what bracket is
	WithLock Guarding // what with-lock is
}

// Sends says of what a sending form is made.
type Sends uint8

// The ways.
const (
	Primitive   Sends = iota
	AsThunk           // interrupt t { raise X }, interrupt t { exit }
	AsException       // kill t is throwTo t Kill, exit is raise Kill
)

// Guarding says of what a form with a cleanup is made.
type Guarding uint8

// The ways.
const (
	Bare     Guarding = iota // nothing but the primitive protect
	Masked                   // a mask around all, the body under restore (GHC)
	Without_                 // without-interrupts around all, the body under with-local-interrupts (SBCL)
)
