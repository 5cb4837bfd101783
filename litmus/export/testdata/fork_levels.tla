---- MODULE interject_fork_levels ----
\* fork-levels under ghc@doc2010.
\* Hash of the test: 53a17db17d940607. Written by check export; the semantics below stands on its own.
\*
\* TLC wants the file to be called interject_fork_levels.tla:
\*
\* java -XX:+UseParallelGC -cp tla2tools.jar tlc2.TLC -workers auto -deadlock -config interject_fork_levels.tla interject_fork_levels.tla
\*
\* -workers   auto: all processors
\* -deadlock  a state without a successor is an end, and no error
\* -config    where the configuration stands: here, at the end. A TLC that does not know
\*            this wants the lines between CONFIG and ==== in a file interject_fork_levels.cfg.
\*
\* "distinct states" are the states; outcomes are printed, each once for every final state.
EXTENDS Integers, Sequences, TLC

\* ---- The dialect ----
HandlerMask == 1
CleanupMask == 0
Inherit == TRUE
Direct == FALSE
May == TRUE
Squeeze == FALSE
AnyOrder == FALSE
Order == "fifo"

\* Statements at which a masked thread looks, operations in which nothing is received,
\* and those that a mask keeps shut.
Points == {}
Deaf == {}
Shuts == {}

\* ---- The program ----
Node == <<
  [op |-> "fork", next |-> 2, thread |-> 2],                   \* 1: fork u
  [op |-> "scope", next |-> 3, how |-> "shut", slot |-> 1, binds |-> TRUE, body |-> 6], \* 2: mask
  [op |-> "scope", next |-> 4, how |-> "seal", slot |-> 1, binds |-> TRUE, body |-> 9], \* 3: umask
  [op |-> "try", next |-> 5, slot |-> 1, binds |-> FALSE, body |-> 10, alt |-> 11, class |-> 2], \* 4: try X
  [op |-> "fork", next |-> 0, thread |-> 7],                   \* 5: fork v
  [op |-> "fork", next |-> 7, thread |-> 3],                   \* 6: fork m
  [op |-> "scope", next |-> 0, how |-> "restore", slot |-> 1, binds |-> FALSE, body |-> 8], \* 7: restore
  [op |-> "fork", next |-> 0, thread |-> 4],                   \* 8: fork r
  [op |-> "fork", next |-> 0, thread |-> 5],                   \* 9: fork s
  [op |-> "raise", next |-> 0, class |-> 2],                   \* 10: raise X
  [op |-> "fork", next |-> 0, thread |-> 6],                   \* 11: fork h
  [op |-> "getmask", next |-> 0],                              \* 12: getmask
  [op |-> "getmask", next |-> 0],                              \* 13: getmask
  [op |-> "getmask", next |-> 0],                              \* 14: getmask
  [op |-> "getmask", next |-> 0],                              \* 15: getmask
  [op |-> "getmask", next |-> 0],                              \* 16: getmask
  [op |-> "getmask", next |-> 0]                               \* 17: getmask
>>
\* How many masks that can be restored stand around a statement.
Binders == <<0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0>>
Class == <<"Error", "X">>
Name == <<"p", "u", "m", "r", "s", "h", "v">>
Start == <<1, 12, 13, 14, 15, 16, 17>>
Later == <<FALSE, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE>>
Slots == <<1, 0, 0, 0, 0, 0, 0>>
Initial == <<>>
Shown == <<>>

\* (the rules: rules.tla)
====

---- CONFIG interject_fork_levels ----
INIT Init
NEXT Next
INVARIANT Tell
CHECK_DEADLOCK FALSE
====
