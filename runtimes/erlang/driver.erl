%% The Erlang driver: runs litmus programs on processes and exit signals.
%%
%% It speaks docs/protocol.md on standard input and output. A program's wire form is
%% turned into funs before any process starts. What a process records it records in an
%% array of atomics that the run shares: a process that is killed leaves nothing else.
%%
%% throwTo is exit(Pid, Class), which ends a process that does not trap exits, and no
%% cleanup of it runs; kill is exit(Pid, kill), which ends every one. A process handles
%% the signals that were sent to it when it is scheduled or waits for a message. The class
%% Normal is the reason normal, Nobody is noproc.
-module(driver).
-export([main/0]).

%% Of each thread, in the atomics of a run, from its base on.
-define(STEPS, 1).                              % statements begun
-define(BEATS, 2).                              % times round in a spin
-define(AT, 3).                                 % what it is about to wait in
-define(FORKED, 4).
-define(USED, 5).                               % words of the log
-define(LOG, 5).                                % before the first of them
-define(WORDS, 48).
-define(PART, (?LOG + ?WORDS)).
-define(MANY, 5000).                            % statements after which a thread loops, if all others rest

%% The program, and a thread's view of a run.
-record(p, {cells = [], threads = [], waits = [{runs, <<>>}], words = [], bodies = [], exits = #{}}).
-record(th, {a, base, pids, n, seed}).

main() ->
    logger:set_primary_config(level, none),
    io:setopts([binary]),
    put(program, none),
    serve().

%% ----------------------------------------------------------------- the wire form

read_wire(Text) ->
    Spaced = re:replace(Text, <<"[()]">>, <<" & ">>, [global, {return, binary}]),
    case parse(binary:split(Spaced, [<<" ">>], [global, trim_all])) of
        {[Form], []} when is_list(Form) -> Form;
        _ -> throw({malformed, "text before or after the program"})
    end.

parse(Tokens) -> parse(Tokens, []).
parse([<<"(">> | T], Done) ->
    case parse(T, []) of
        {Form, [<<")">> | Rest]} -> parse(Rest, [Form | Done]);
        _ -> throw({malformed, "unbalanced parentheses"})
    end;
parse([<<")">> | _] = T, Done) -> {lists:reverse(Done), T};
parse([Atom | T], Done) -> parse(T, [Atom | Done]);
parse([], Done) -> {lists:reverse(Done), []}.

%% ------------------------------------------------------------------- compilation

%% While a program is compiled, what it names is kept in the process dictionary.
compile(Text) ->
    Declared = case read_wire(Text) of
                   [<<"litmus">>, <<"1">>, _ | D] -> D;
                   _ -> throw({malformed, "not a program of wire version 1"})
               end,
    Threads = [D || [K | _] = D <- Declared, lists:member(K, [<<"thread">>, <<"later">>])],
    put(cells, [cell(D) || [K | _] = D <- Declared, not lists:member(K, [<<"thread">>, <<"later">>])]),
    put(threads, [{Name, Kind =:= <<"later">>} || [Kind, Name | _] <- Threads]),
    put(waits, [{runs, <<>>}]),
    put(words, []),
    put(classes, [<<"Kill">>, <<"Error">>, <<"Normal">>, <<"Nobody">>, <<"Killed">>]),
    Bodies = [block(Body) || [_, _ | Body] <- Threads],
    Exits = maps:from_list([{C, word(C)} || C <- lists:usort(get(classes))]),
    #p{cells = get(cells), threads = get(threads), waits = lists:reverse(get(waits)),
       words = lists:reverse(get(words)), bodies = Bodies, exits = Exits}.

cell([<<"flag">>, X]) -> {X, flag, 0};
cell([<<"var">>, X, N]) -> {X, var, number(N)};
cell([Kind | _]) -> throw({unsupported, Kind}).

number(N) ->
    try binary_to_integer(N) catch error:_ -> throw({malformed, "not a number"}) end.

index(What, Name) ->
    case [I || {I, T} <- lists:enumerate(get(What)), element(1, T) =:= Name] of
        [I | _] -> I;
        [] -> throw({malformed, "an unknown name"})
    end.

waiting(Kind, Text) ->
    put(waits, [{Kind, Text} | get(waits)]),
    length(get(waits)) - 1.

word(W) ->
    put(words, [W | get(words)]),
    length(get(words)).

class(X) -> put(classes, [X | get(classes)]), X.

block(Forms) ->
    Code = [statement(F) || F <- Forms],
    fun(Th) -> run(Code, Th) end.

run([F | Rest], Th) -> step(Th), F(Th), run(Rest, Th);
run([], _) -> ok.

statement([Op | Args]) when is_binary(Op) ->
    case lists:member(Op, forms()) of
        true -> form(binary_to_atom(Op), Args);
        false -> throw({unsupported, Op})
    end;
statement(_) -> throw({malformed, "not a statement"}).

forms() ->
    [<<"log">>, <<"logv">>, <<"value">>, <<"nop">>, <<"point">>, <<"settle">>, <<"set">>, <<"spin">>, <<"while">>,
     <<"raise">>, <<"try">>, <<"protect">>, <<"bracket">>, <<"throwTo">>, <<"kill">>, <<"exit">>, <<"join">>,
     <<"join-timeout">>, <<"sleep">>, <<"alive?">>, <<"fork">>, <<"await">>,
     <<"send">>, <<"receive">>, <<"trap-on">>, <<"trap-off">>, <<"link">>, <<"unlink">>].

form(log, [W]) -> I = word(W), fun(Th) -> record(Th, I bsl 32) end;
form(logv, [W]) -> I = word(W), fun(Th) -> record(Th, (I bsl 32) bor (get(value) + 65536)) end;
form(value, [N]) -> V = number(N), fun(_) -> put(value, V) end;
form(nop, []) -> fun(_) -> ok end;
form(point, []) -> fun(_) -> ok end;
%% Who asks for a message handles all signals that have come.
form(settle, []) -> fun(_) -> receive never -> ok after 0 -> ok end end;
form(set, [X, N]) -> I = index(cells, X), V = number(N), fun(Th) -> atomics:put(Th#th.a, I, V) end;
form(spin, [X, N]) ->
    I = index(cells, X), V = number(N), W = waiting({spin, I, V}, <<>>),
    fun(Th) -> at(Th, W), spin(Th, I, V), at(Th, 0) end;
form(while, [X, N | Body]) ->
    I = index(cells, X), V = number(N), B = block(Body),
    fun(Th) -> while(Th, I, V, B) end;
form(raise, [C]) -> X = class(C), fun(_) -> throw({x, X}) end;
form('try', [X, Body, Handler]) ->
    B = block(Body), H = block(Handler),
    fun(Th) ->
            try B(Th)
            catch
                throw:{x, C} when C =:= X; X =:= <<"any">> -> H(Th);
                error:_ when X =:= <<"any">>; X =:= <<"Error">> -> H(Th)
            end
    end;
form(protect, [Body, Cleanup]) ->
    B = block(Body), C = block(Cleanup),
    fun(Th) -> try B(Th) after Kept = get(value), C(Th), put(value, Kept) end end;
form(bracket, [Acquire, Use, Release]) ->
    A = block(Acquire), B = form(protect, [Use, Release]),
    fun(Th) -> A(Th), B(Th) end;
form(throwTo, [T, <<"Normal">>]) -> Pid = whom(T), fun(Th) -> exit(Pid(Th), normal) end;
form(throwTo, [T, C]) -> Pid = whom(T), X = class(C), fun(Th) -> exit(Pid(Th), {x, X}) end;
form(send, [T, W]) -> Pid = whom(T), I = word(W), fun(Th) -> Pid(Th) ! {message, I} end;
form('receive', []) ->
    W = waiting(block, <<"receive">>),
    fun(Th) ->
            at(Th, W),
            receive
                {message, I} -> record(Th, I bsl 32);
                {'EXIT', _, Reason} -> record(Th, maps:get(read(Reason), get(exits)) bsl 32)
            end,
            at(Th, 0)
    end;
form('trap-on', []) -> fun(_) -> process_flag(trap_exit, true) end;
form('trap-off', []) -> fun(_) -> process_flag(trap_exit, false) end;
form(link, [T]) -> Pid = whom(T), fun(Th) -> link(Pid(Th)) end;
form(unlink, [T]) -> Pid = whom(T), fun(Th) -> unlink(Pid(Th)) end;
form(kill, [T]) -> Pid = whom(T), fun(Th) -> exit(Pid(Th), kill) end;
form(exit, []) -> fun(_) -> throw({x, <<"Kill">>}) end;
form(join, [T]) ->
    Pid = whom(T), W = waiting(block, <<"join ", T/binary>>),
    fun(Th) -> at(Th, W), join(Pid(Th), infinity), at(Th, 0) end;
form('join-timeout', [T]) ->
    Pid = whom(T), W = waiting(timed, <<>>),
    fun(Th) -> at(Th, W), join(Pid(Th), 1), at(Th, 0) end;
form(sleep, []) ->
    W = waiting(timed, <<>>),
    fun(Th) -> at(Th, W), receive never -> ok after 1 -> ok end, at(Th, 0) end;
form('alive?', [T]) ->
    Pid = whom(T), Alive = word(<<"alive">>), Dead = word(<<"dead">>),
    fun(Th) ->
            Word = case is_process_alive(Pid(Th)) of true -> Alive; false -> Dead end,
            record(Th, Word bsl 32)
    end;
form(fork, [T]) ->
    Pid = whom(T), Base = base(index(threads, T)),
    fun(Th) ->
            0 = atomics:exchange(Th#th.a, Base + ?FORKED, 1), % or it was started before
            Pid(Th) ! start
    end;
form(await, [T]) ->
    Pid = whom(T), Base = base(index(threads, T)), W = waiting(await, <<>>),
    fun(Th) -> at(Th, W), await(Th, Pid(Th), Base), at(Th, 0) end;
form(_, _) -> throw({malformed, "a statement with wrong arguments"}).

read({x, X}) -> X;
read(normal) -> <<"Normal">>;
read(noproc) -> <<"Nobody">>;
read(killed) -> <<"Killed">>.

whom(<<"self">>) -> fun(_) -> self() end;
whom(T) -> I = index(threads, T), fun(Th) -> element(I, Th#th.pids) end.

base(I) -> length(get(cells)) + (I - 1) * ?PART.

spin(#th{a = A} = Th, I, V) ->
    case atomics:get(A, I) of
        V -> ok;
        _ -> beat(Th), spin(Th, I, V)
    end.

while(#th{a = A} = Th, I, V, Body) ->
    case atomics:get(A, I) of
        V -> step(Th), Body(Th), while(Th, I, V, Body);
        _ -> ok
    end.

join(Pid, Timeout) ->
    Ref = monitor(process, Pid),
    receive {'DOWN', Ref, process, _, _} -> ok
    after Timeout -> demonitor(Ref, [flush])
    end.

%% Blocked or gone: a process that waits says so, and where it waits it has recorded.
await(#th{a = A} = Th, Pid, Base) ->
    W = element(1, lists:nth(atomics:get(A, Base + ?AT) + 1, get(waits))),
    case process_info(Pid, status) of
        undefined -> ok;
        {status, waiting} when W =:= block; W =:= timed -> ok;
        _ -> beat(Th), await(Th, Pid, Base)
    end.

%% ----------------------------------------------------------- what a thread does

at(#th{a = A, base = B}, W) -> atomics:put(A, B + ?AT, W).

record(#th{a = A, base = B}, Entry) ->
    I = atomics:get(A, B + ?USED) + 1,
    atomics:put(A, B + ?LOG + I, Entry),        % first the word, then that it is there
    atomics:put(A, B + ?USED, I).

step(#th{a = A, base = B, n = N}) ->
    atomics:add(A, B + ?STEPS, 1),
    atomics:put(A, B + ?AT, 0),
    jitter(N).

%% One that spins sleeps now and then: the machine may have other things to do.
beat(#th{a = A, base = B}) ->
    case atomics:add_get(A, B + ?BEATS, 1) rem 64 of
        0 -> receive never -> ok after 1 -> ok end;
        _ -> erlang:yield()
    end.

%% Now and then a pause, of a length that is as often short as long.
jitter(0) -> ok;
jitter(N) ->
    R = next(),
    if R band 7 < N -> pause(R bsr 3 band 15, R bsr 7);
       true -> ok
    end.

pause(0, _) -> erlang:yield();
pause(K, R) when K < 9 -> idle(R band (1 bsl K - 1));
pause(_, _) -> ok.

idle(0) -> ok;
idle(N) -> idle(N - 1).

next() ->
    X = (1103515245 * get(seed) + 12345) band 16#7fffffff,
    put(seed, X),
    X bsr 8.

%% The process of a thread waits for the others, and one that starts later for its fork.
thread(A, Base, Body, Later, N, Seed, Waits, Exits) ->
    put(seed, Seed), put(value, 0), put(waits, Waits), put(exits, Exits),
    receive {pids, Pids} -> ok end,
    if Later -> receive start -> ok end;
       true -> ok
    end,
    go(A, maps:get(size, atomics:info(A)), 1),
    try Body(#th{a = A, base = Base, pids = Pids, n = N}) of
        _ -> ok
    catch
        throw:{x, X} -> exit({x, X});
        error:_ -> exit({x, <<"Error">>})
    end.

%% All are released by one store, at the end of the array.
%% To yield at every look would let them start one after the other.
go(A, I, K) ->
    case atomics:get(A, I) of
        0 when K rem 500 =:= 0 -> erlang:yield(), go(A, I, K + 1);
        0 -> go(A, I, K + 1);
        _ -> ok
    end.

%% ---------------------------------------------------------------------- one run

run_once(#p{cells = Cells, threads = Threads} = P, Limit) ->
    Size = length(Cells) + length(Threads) * ?PART + 1,
    A = atomics:new(Size, []),
    [atomics:put(A, I, V) || {I, {_, _, V}} <- lists:enumerate(Cells)],
    N = element(1 + next() rem 4, {0, 1, 3, 6}),
    Pinned = next() rem 10,                      % both of two die only on two schedulers
    Numbered = lists:enumerate(lists:zip(Threads, P#p.bodies)),
    Spawned = [begin
                   Base = length(Cells) + (I - 1) * ?PART,
                   Seed = next(),
                   F = fun() -> thread(A, Base, Body, Later, N, Seed, P#p.waits, P#p.exits) end,
                   Options = if Pinned > 1 -> [monitor]; true -> [monitor, {scheduler, 1 + (I + Pinned) rem erlang:system_info(schedulers_online)}] end,
                   {Pid, Ref} = spawn_opt(F, Options),
                   {Pid, Ref, Base, Later}
               end || {I, {{_, Later}, Body}} <- Numbered],
    Pids = list_to_tuple([Pid || {Pid, _, _, _} <- Spawned]),
    [Pid ! {pids, Pids} || {Pid, _, _, _} <- Spawned],
    atomics:put(A, Size, 1),
    Ends = #{},
    Result = finish(P, A, Spawned, Ends, snapshot(P, A, Spawned, Ends), now_ms() + Limit, 0),
    Text = case Result of
               undecided -> undecided;
               {Last, Looping} -> outcome(P, A, Spawned, Last, Looping)
           end,
    %% Who hears that another is killed goes on before it is killed, too: by then all is told.
    [exit(Pid, kill) || {Pid, _, _, _} <- Spawned],
    [demonitor(Ref, [flush]) || {_, Ref, _, _} <- Spawned],
    Text.

%% Who has ended so far, and how.
collect(Ends) ->
    receive {'DOWN', Ref, process, _, Reason} -> collect(Ends#{Ref => Reason})
    after 0 -> Ends
    end.

%% Waits until a run has ended or can go no further.
finish(P, A, Spawned, Ends0, Before, Deadline, K) ->
    Ends = collect(Ends0),
    case lists:all(fun({_, Ref, Base, Later}) -> is_map_key(Ref, Ends) orelse unstarted(A, Base, Later) end, Spawned) of
        true -> {collect(Ends), []};
        false when K < 50 -> erlang:yield(), finish(P, A, Spawned, Ends, Before, Deadline, K + 1);
        false ->
            case quiescent(P, A, Spawned, Ends) of
                {true, Last} -> {Last, []};
                {false, Now} ->
                    case loopers(P, A, Spawned, Now, Before) of
                        [] ->
                            case now_ms() > Deadline andalso K > 300 of  % after few looks the machine is to blame
                                true -> undecided;
                                false -> finish(P, A, Spawned, Now, fresh(P, A, Spawned, Now, Before), Deadline, K + 1)
                            end;
                        Looping -> {Now, Looping}
                    end
            end
    end.

unstarted(A, Base, Later) -> Later andalso atomics:get(A, Base + ?FORKED) =:= 0.

%% Quiescence is decided by state: between two looks no process began a statement, those
%% that wait were not scheduled, and those that spin went round, for something that is
%% not so.
look(P, A, {Pid, Ref, Base, Later}, Spawned, Ends) ->
    case is_map_key(Ref, Ends) orelse unstarted(A, Base, Later) of
        true -> over;
        false ->
            At = atomics:get(A, Base + ?AT),
            Steps = atomics:get(A, Base + ?STEPS),
            case lists:nth(At + 1, P#p.waits) of
                {block, Text} ->
                    Told = joined_ended(P, Text, Spawned, Ends),
                    case process_info(Pid, [status, message_queue_len, reductions]) of
                        [{status, waiting} | State] when not Told -> {At, Steps, State};
                        _ -> busy
                    end;
                {await, _} -> {At, Steps};
                {{spin, I, V}, _} ->
                    case atomics:get(A, I) of
                        V -> busy;
                        _ -> {At, Steps}
                    end;
                _ -> busy
            end
    end.

%% Who joins a process that has ended is about to hear of it.
joined_ended(P, <<"join ", T/binary>>, Spawned, Ends) ->
    lists:any(fun({{Name, _}, {_, Ref, _, _}}) -> Name =:= T andalso is_map_key(Ref, Ends) end, lists:zip(P#p.threads, Spawned));
joined_ended(_, _, _, _) -> false.

looks(P, A, Spawned, Ends) -> [look(P, A, S, Spawned, Ends) || S <- Spawned].
beats(A, Spawned) -> [atomics:get(A, Base + ?BEATS) || {_, _, Base, _} <- Spawned].
steps(A, Spawned) -> [atomics:get(A, Base + ?STEPS) || {_, _, Base, _} <- Spawned].

quiescent(P, A, Spawned, Ends) ->
    First = looks(P, A, Spawned, Ends),
    case lists:member(busy, First) of
        true -> {false, Ends};
        false ->
            Before = beats(A, Spawned),
            Round = went_round(A, Spawned, First, Before, 100),
            Now = collect(Ends),
            {Round andalso Now =:= Ends andalso First =:= looks(P, A, Spawned, Ends) andalso collect(Now) =:= Ends, Now}
    end.

went_round(_, _, _, _, 0) -> false;
went_round(A, Spawned, First, Before, K) ->
    receive never -> ok after 1 -> ok end,
    Done = lists:all(fun({L, B, Now}) -> tuple_size_of(L) =/= 2 orelse Now > B + 20 end,
                     lists:zip3(First, Before, beats(A, Spawned))),
    Done orelse not went_on(A, Spawned, First) andalso went_round(A, Spawned, First, Before, K - 1).

%% Whether one has ended, which is in the mail, or taken a step since: it may go round no more.
went_on(A, Spawned, First) ->
    process_info(self(), message_queue_len) =/= {message_queue_len, 0} orelse
    lists:any(fun({{_, _, Base, _}, L}) ->
                      is_tuple(L) andalso (element(1, L) =/= atomics:get(A, Base + ?AT) orelse element(2, L) =/= atomics:get(A, Base + ?STEPS))
              end, lists:zip(Spawned, First)).

tuple_size_of(T) when is_tuple(T) -> tuple_size(T);
tuple_size_of(_) -> 0.

snapshot(P, A, Spawned, Ends) -> lists:zip(looks(P, A, Spawned, Ends), steps(A, Spawned)).

%% A snapshot is made anew when somebody has gone far and nobody was found to loop.
fresh(P, A, Spawned, Ends, Before) ->
    case lists:any(fun({{_, S}, Now}) -> Now > S + 2 * ?MANY end, lists:zip(Before, steps(A, Spawned))) of
        true -> snapshot(P, A, Spawned, Ends);
        false -> Before
    end.

%% The threads that went round many times since, if all others have been at rest since.
loopers(P, A, Spawned, Ends, Before) ->
    All = lists:zip3(Spawned, Before, snapshot(P, A, Spawned, Ends)),
    Moved = [Pid || {{Pid, _, _, _}, {_, S}, {_, Now}} <- All, Now > S + ?MANY],
    Rest = lists:all(fun({{Pid, _, _, _}, {L0, _}, {L1, _}}) -> lists:member(Pid, Moved) orelse L0 =/= busy andalso L0 =:= L1 end, All),
    case Rest of true -> Moved; false -> [] end.

%% ------------------------------------------------------------------- its outcome

outcome(P, A, Spawned, Ends, Looping) ->
    Threads = [thread_text(P, A, Name, S, Ends, Looping) || {{Name, _}, S} <- lists:zip(P#p.threads, Spawned)],
    Cells = [[X, $=, integer_to_binary(atomics:get(A, I))] || {I, {X, var, _}} <- lists:enumerate(P#p.cells)],
    iolist_to_binary(lists:join("; ", Threads ++ Cells)).

thread_text(P, A, Name, {_, _, Base, _} = S, Ends, Looping) ->
    Words = [entry(P, atomics:get(A, Base + ?LOG + I)) || I <- lists:seq(1, atomics:get(A, Base + ?USED))],
    [Name, $=, end_text(P, A, S, Ends, Looping), case Words of [] -> []; _ -> [" [", lists:join(" ", Words), "]"] end].

entry(P, E) ->
    W = lists:nth(E bsr 32, P#p.words),
    case E band 16#ffffffff of
        0 -> W;
        V -> [W, $=, integer_to_binary(V - 65536)]
    end.

end_text(P, A, {Pid, Ref, Base, Later}, Ends, Looping) ->
    case Ends of
        #{Ref := normal} -> "returned";
        #{Ref := killed} -> "killed";
        #{Ref := {x, X}} -> ["died ", X];
        #{Ref := noproc} -> "died Nobody";
        #{Ref := Other} -> error({the_driver_itself, Other});
        _ ->
            case unstarted(A, Base, Later) of
                true -> "unstarted";
                false ->
                    case lists:nth(atomics:get(A, Base + ?AT) + 1, P#p.waits) of
                        {block, Text} -> case lists:member(Pid, Looping) of true -> "running"; false -> ["blocked ", Text] end;
                        _ -> "running"
                    end
            end
    end.

%% ------------------------------------------------------------------ the protocol

now_ms() -> erlang:monotonic_time(millisecond).

reply(Seq, Fields) ->
    io:put_chars(["{\"seq\":", Seq, [[",\"", K, "\":", V] || {K, V} <- Fields], "}\n"]).

quoted(Text) -> [$", Text, $"].

%% Requests are flat and escape nothing.
field(Line, Name) ->
    case re:run(Line, ["\"", Name, "\":(?|\"([^\"]*)\"|([0-9]+))"], [{capture, [1], binary}]) of
        {match, [V]} -> V;
        nomatch -> <<"0">>
    end.

report(Seq, Counts) ->
    [reply(Seq, [{"outcome", quoted(T)}, {"count", integer_to_binary(N)}]) || {T, N} <- lists:sort(maps:to_list(Counts))],
    now_ms().

run_many(Seq, P, Runs, Limit) -> run_many(Seq, P, Runs, Limit, Runs, 0, #{}, now_ms()).

run_many(Seq, _, Runs, _, 0, Hangs, Counts, _) ->
    report(Seq, Counts),
    reply(Seq, [{"done", "true"}, {"runs", integer_to_binary(Runs)}, {"hangs", integer_to_binary(Hangs)}]);
run_many(Seq, P, Runs, Limit, Left, Hangs, Counts0, Reported) ->
    {Counts, H} =
        case run_once(P, Limit) of
            undecided -> reply(Seq, [{"undecided", quoted("starved")}, {"count", "1"}]), {Counts0, 1};
            Text -> {maps:update_with(Text, fun(N) -> N + 1 end, 1, Counts0), 0}
        end,
    case now_ms() > Reported + 100 of
        true -> run_many(Seq, P, Runs, Limit, Left - 1, Hangs + H, #{}, report(Seq, Counts));
        false -> run_many(Seq, P, Runs, Limit, Left - 1, Hangs + H, Counts, Reported)
    end.

calibrate(Seq) ->
    P = compile(<<"(litmus 1 calibrate (thread a (nop)) (thread b (nop)))">>),
    put(seed, 1),
    Times = [element(1, timer:tc(fun() -> run_once(P, 2000) end)) || _ <- lists:seq(1, 100)],
    reply(Seq, [{"ok", "true"}, {"p99_us", integer_to_binary(lists:nth(99, lists:sort(Times)))}]).

hello(Seq) ->
    Forms = lists:sort([<<"flag">>, <<"var">>, <<"thread">>, <<"later">> | forms()]),
    reply(Seq, [{"ok", "true"}, {"proto", "1"}, {"runtime", quoted("erlang")},
                {"version", quoted(["OTP ", erlang:system_info(otp_release), ", erts ", erlang:system_info(version)])},
                {"await", quoted("state")}, {"forms", ["[", lists:join(",", [quoted(F) || F <- Forms]), "]"]}]).

serve() ->
    case io:get_line("") of
        Line when is_binary(Line) -> serve(field(Line, "seq"), field(Line, "cmd"), Line), serve();
        _ -> halt(0)
    end.

serve(Seq, Cmd, Line) ->
    try request(Seq, Cmd, Line)
    catch
        throw:{unsupported, Form} -> reply(Seq, [{"skipped", quoted(["no form ", Form])}]);
        throw:{malformed, Why} -> reply(Seq, [{"error", quoted(Why)}])
    end.

request(Seq, <<"hello">>, _) -> hello(Seq);
request(Seq, <<"load">>, Line) ->
    put(program, compile(field(Line, "program"))),
    reply(Seq, [{"ok", "true"}]);
request(Seq, <<"run">>, Line) ->
    case field(Line, "mode") of
        <<"outcome">> ->
            put(seed, binary_to_integer(field(Line, "seed")) band 16#7fffffff),
            run_many(Seq, get(program), binary_to_integer(field(Line, "runs")), binary_to_integer(field(Line, "limit_ms")));
        Mode -> reply(Seq, [{"skipped", quoted(["no mode ", Mode])}])
    end;
request(Seq, <<"calibrate">>, _) -> calibrate(Seq);
request(Seq, <<"stop">>, _) -> reply(Seq, [{"ok", "true"}]), halt(0);
request(Seq, Cmd, _) -> reply(Seq, [{"error", quoted(["no command ", Cmd])}]).
