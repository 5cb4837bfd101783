// Package properties holds what is true of the semantics and of the
// implementation beyond single tests: that every rule is noticed, that laws hold,
// that the implementation refines the semantics. Most of it is tests.
package properties
