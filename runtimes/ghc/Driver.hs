{-# LANGUAGE CApiFFI, InterruptibleFFI, MagicHash, Strict, UnboxedTuples #-}
{-# OPTIONS_GHC -fno-omit-yields -fno-state-hack #-}
-- The GHC driver: runs litmus programs on GHC's own asynchronous exceptions.
--
-- It speaks docs/protocol.md on standard input and output. A program's wire form
-- is compiled to closures before any thread starts. Code is a data type, not a
-- synonym, and this module is Strict: so nothing of the compilation is left to be
-- done, as a thunk, by the threads under test, where an exception would freeze or
-- poison it [ghc-rts raiseAsync].
--
-- Words that several threads look at are machine words outside of the heap, read
-- and written without allocation, hence without a safe point in between.
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.Array
import Data.Bits
import Data.Char (isDigit)
import Data.IORef
import Data.List (elemIndex, intercalate, isInfixOf, isPrefixOf, sort, sortOn, tails)
import qualified Data.Map.Strict as Map
import Data.Maybe (fromMaybe, isJust)
import Data.Version (showVersion)
import Foreign.C.Types
import Foreign.Marshal.Alloc (callocBytes, free)
import Foreign.Ptr
import Foreign.StablePtr (freeStablePtr, newStablePtr)
import Foreign.Storable
import GHC.Conc (BlockReason (..), TVar, ThreadStatus (..), atomically, newTVarIO, readTVar, readTVarIO, retry, threadStatus, writeTVar)
import GHC.Clock (getMonotonicTime)
import GHC.Exts (Int (..), MutableByteArray#, RealWorld, fetchAddIntArray#, maskAsyncExceptions#, newByteArray#, writeIntArray#, maskUninterruptible#, unmaskAsyncExceptions#)
import GHC.IO (IO (..), unsafeUnmask)
import System.Exit
import System.IO
import System.Info (fullCompilerVersion)

foreign import capi safe "unistd.h usleep" usleepSafe :: CUInt -> IO CInt
foreign import capi interruptible "unistd.h usleep" usleepInterruptible :: CUInt -> IO CInt

-- Exceptions ---------------------------------------------------------------

-- | What programs throw: a class, by its index, and where a history is recorded the stamp
-- of the call that sent it; 0 elsewhere, and in what a thread raises itself.
data Litmus = Litmus Int Int deriving Show
instance Exception Litmus

-- | Ends the threads of a run that is over. No handler of a program takes it.
data Abandon = Abandon deriving Show
instance Exception Abandon

-- State of a run -----------------------------------------------------------

data Run = Run
  { rGo :: Ptr Int
  , rAbandon :: Ptr Int
  , rVars :: Ptr Int
  , rTVars :: [(Int, TVar Int)]
  , rMVars :: [(Int, MVar Int)]
  , rThreads :: Array Int Th
  , rCodes :: Array Int Code
  , rWaits :: Array Int Kind
  }

-- | One per thread and run. The words are fields of 'thMem', see below.
data Th = Th
  { thIx :: Int
  , thMem :: Ptr Int
  , thAbandon :: Ptr Int
  , thClock :: Clock
  , thCap :: Int
  , thId :: IORef (Maybe ThreadId)
  , thDone :: MVar ()
  , thForked :: IORef Bool
  }

type Field = Int
fSteps, fBeats, fAt, fLevel, fValue, fStarted, fEnd, fRng, fOften, fLongest, fDelay, fUsed, fSent, fGot, fAnswer, fMarks, fLog, fTape :: Field
fSteps = 0    -- statements begun
fBeats = 1    -- passes of a spinning wait
fAt = 2       -- what it is about to wait in, an index into pWaits
fLevel = 3    -- the mask there: 0 open, 1 masked, 2 closed
fValue = 4
fStarted = 5
fEnd = 6      -- 0 not yet, 1 returned, 2 + class died
fRng = 7
fOften = 8
fLongest = 9
fDelay = 10
fUsed = 11
fSent = 12    -- the stamp of the call of its last send
fGot = 13     -- the same of the last signal whose receipt is recorded
fAnswer = 14  -- what its last operation has answered
fMarks = 15   -- events of the history
fLog = 16
fTape = fLog + logSize

logSize, tapeSize, memSize :: Int
logSize = 1024
tapeSize = 512
memSize = (fTape + 3 * tapeSize) * 8

get :: Th -> Field -> IO Int
get th f = peekElemOff (thMem th) f
{-# INLINE get #-}

put :: Th -> Field -> Int -> IO ()
put th f x = pokeElemOff (thMem th) f x
{-# INLINE put #-}

-- Histories ----------------------------------------------------------------

-- | The one counter of a run.
data Clock = Clock (MutableByteArray# RealWorld)

newClock :: IO Clock
newClock = IO $ \s -> case newByteArray# 8# s of
  (# s1, a #) -> case writeIntArray# a 0# 0# s1 of s2 -> (# s2, Clock a #)

tick :: Clock -> IO Int
tick (Clock a) = IO $ \s -> case fetchAddIntArray# a 0# 1# s of (# s1, n #) -> (# s1, I# n + 1 #)
{-# INLINE tick #-}

callMark, returnMark, pointMark, receiptMark :: Int
callMark = 1
returnMark = 2
pointMark = 3
receiptMark = 4

-- | Records an event: stores into the thread's own memory, inlined, so that it is no
-- point where an exception could come. The statement is 0 where nothing is recorded.
mark :: Th -> Int -> Int -> Int -> IO ()
mark th what form v = do
  stamp <- tick (thClock th)
  n <- get th fMarks
  when (n < tapeSize) $ do
    put th (fTape + 3 * n) stamp
    put th (fTape + 3 * n + 1) (form `unsafeShiftL` 3 .|. what)
    put th (fTape + 3 * n + 2) v
  put th fMarks (n + 1)
  when (what == callMark) $ put th fSent stamp
{-# INLINE mark #-}

-- | Where an exception comes to light, its receipt is recorded, once.
received :: Th -> SomeException -> IO ()
received th ex = case fromException ex of
  Just (Litmus _ sent) | sent /= 0 -> do
    got <- get th fGot
    when (got /= sent) $ put th fGot sent >> mark th receiptMark 0 sent
  _ -> return ()

-- | What a statement does, recorded as the operation of that number.
operation :: Int -> (Run -> Th -> IO ()) -> Run -> Th -> IO ()
operation 0 op = op
operation form op = \run th -> do
  mark th callMark form 0
  op run th
  get th fAnswer >>= mark th returnMark form

-- | The marks of a run, as the protocol has them; nothing if they did not fit.
history :: Run -> IO (Maybe String)
history run = do
  ns <- mapM (`get` fMarks) ths
  if any (> tapeSize) ns then return Nothing else do
    ms <- forM (zip ths ns) $ \(th, n) -> forM [0 .. n - 1] $ \i -> do
      [stamp, w, v] <- mapM (\k -> get th (fTape + 3 * i + k)) [0, 1, 2]
      return (show [thIx th, stamp, w .&. 7, w `unsafeShiftR` 3, v])
    return (Just ("[" ++ intercalate "," (concat ms) ++ "]"))
  where ths = elems (rThreads run)

-- Code ---------------------------------------------------------------------

-- | The restore of the lexically enclosing mask.
data Restore = Restore (IO () -> IO ())

data Code = Code (Run -> Th -> Restore -> IO ())

done :: Code
done = Code (\_ _ _ -> return ())

-- | The last statement of a block is called in tail position, as in source code:
-- GHC squeezes mask frames that meet.
andThen :: Code -> Code -> Code
andThen (Code a) (Code b) = Code (\run th r -> a run th r >> b run th r)

next :: Int -> Int
next x0 = let x1 = x0 `xor` (x0 `unsafeShiftL` 13)
              x2 = x1 `xor` (x1 `unsafeShiftR` 7 .&. 0x1ffffffffffffff)
              x3 = x2 `xor` (x2 `unsafeShiftL` 17)
          in if x3 == 0 then 88172645463325252 else x3

pause :: Th -> Int -> IO ()
pause _ 0 = return ()
pause th n = get th fBeats >>= put th fBeats >> pause th (n - 1)
{-# NOINLINE pause #-}

-- | Where every statement begins: a safe point, and where the run's jitter is spent.
step :: Th -> IO ()
step th = do
  n <- get th fSteps
  put th fSteps (n + 1)
  gone <- peek (thAbandon th)
  if gone /= 0 then throwIO Abandon else do
    often <- get th fOften
    when (often > 0) $ do
      x <- next <$> get th fRng
      put th fRng x
      when (x .&. 255 < often) $ do
        longest <- get th fLongest
        case (x `unsafeShiftR` 8) .&. 3 of
          0 -> pause th (1 `unsafeShiftL` (((x `unsafeShiftR` 10) .&. 31) `rem` (longest + 1)))
          k -> replicateM_ k yield
{-# NOINLINE step #-}

record :: Th -> Int -> IO ()
record th w = do
  n <- get th fUsed
  when (n < logSize) $ do
    put th (fLog + n) w
    put th fUsed (n + 1)
{-# INLINE record #-}

levelNow :: IO Int
levelNow = do
  s <- getMaskingState
  return (case s of Unmasked -> 0; MaskedInterruptible -> 1; MaskedUninterruptible -> 2)

-- | Says where the thread is about to wait. Written anew by every statement that
-- may wait, and cleared behind it.
waitingAs :: Int -> Int -> (Run -> Th -> IO ()) -> Code
waitingAs form at op = plainAs form $ \run th -> do
  levelNow >>= put th fLevel
  put th fAt at
  op run th
  put th fAt 0

spin :: (Run -> Th -> IO Bool) -> Run -> Th -> IO ()
spin test = loop
  where
    loop run th = do
      ok <- test run th
      unless ok $ do
        gone <- peek (thAbandon th)
        when (gone /= 0) $ throwIO Abandon
        b <- get th fBeats
        put th fBeats (b + 1)
        yield
        loop run th

plainAs :: Int -> (Run -> Th -> IO ()) -> Code
plainAs form op = let does = operation form op in Code (\run th _ -> step th >> does run th)

-- | What only the thread itself can notice is a point; behind it stands what it answered.
pointAs :: Int -> (Run -> Th -> IO ()) -> Code
pointAs 0 op = plainAs 0 op
pointAs form op = Code $ \run th _ -> step th >> op run th >> get th fAnswer >>= mark th pointMark form

-- The wire form --------------------------------------------------------------

-- | A list has the number of the parenthesis that opens it, from 1.
data Sexp = Atom String | List Int [Sexp]

readWire :: String -> Either String Sexp
readWire text = case one 1 (toks text) of
    Right (e, [], _) -> Right e
    Right _ -> Left "text after the program"
    Left e -> Left e
  where
    toks [] = []
    toks (c : cs)
      | c == '(' || c == ')' = [c] : toks cs
      | c == ' ' = toks cs
      | otherwise = let (a, b) = break (`elem` "() ") (c : cs) in a : toks b
    one k ("(" : ts) = many k (k + 1) ts []
    one _ (")" : _) = Left "unbalanced parentheses"
    one k (t : ts) = Right (Atom t, ts, k)
    one _ [] = Left "unbalanced parentheses"
    many n k (")" : ts) acc = Right (List n (reverse acc), ts, k)
    many _ _ [] _ = Left "unbalanced parentheses"
    many n k ts acc = do (e, rest, k') <- one k ts; many n k' rest (e : acc)

-- Compilation ----------------------------------------------------------------

data Refusal = Unsupported String | Malformed String
type C a = Either Refusal a

-- | What a thread may wait in, and how its end is called then.
data Kind = Runs | Timed | Spins | SpinsOn Int Int | Block String | ThrowsTo Int String

data Cell = Cell { cName :: String, cKind :: String, cInit :: Int }

data Program = Program
  { pCells :: [Cell]
  , pThreads :: [(String, Bool, Code)]
  , pWords :: [String]
  , pClasses :: [String]
  , pWaits :: [Kind]
  , pShared :: [Int]            -- variables that somebody waits for: kept in a TVar
  , pText :: String
  , pRecords :: Bool            -- its runs are recorded
  }

-- | What the whole program is known to hold before its statements are compiled.
data Ctx = Ctx { xCells :: [Cell], xThreads :: [String], xTables :: Tables, xShared :: [Int], xInMask, xRecords :: Bool }

-- | Tables are filled from a walk over the program, so that compiling is pure.
data Tables = Tables { tWords :: [String], tClasses :: [String], tWaits :: [Sexp] }

forms :: [String]
forms = sort (words "flag var mvar thread later log logv value set spin nop point mask umask restore unmask \
  \interruptible try protect bracket raise throwTo kill exit take put wait-until join join-timeout sleep foreign \
  \foreign-interruptible fork await settle getmask alive? while")

loadProgram :: Bool -> String -> C Program
loadProgram records text = do
  ds <- case readWire text of
    Right (List _ (Atom "litmus" : Atom "1" : Atom _ : ds)) -> Right ds
    Right _ -> Left (Malformed "not a program of wire version 1")
    Left e -> Left (Malformed e)
  cells <- sequence [cellOf k n i | List _ (Atom k : Atom n : i) <- ds, k `notElem` ["thread", "later"]]
  let bodies = [(n, k == "later", b) | List _ (Atom k : Atom n : b) <- ds, k `elem` ["thread", "later"]]
      everything = concatMap (\(_, _, b) -> concatMap within b) bodies
      shared = [i | List _ [Atom "wait-until", Atom x, _] <- everything, Just i <- [elemIndex x (map cName cells)]]
      tables = Tables
        { tWords = ["open", "masked", "closed", "alive", "dead"] ++ [w | List _ (Atom k : Atom w : _) <- everything, k `elem` ["log", "logv"]]
        , tClasses = ["Error", "Kill"] ++ [x | List _ (Atom "throwTo" : _ : Atom x : _) <- everything] ++ [x | List _ (Atom "raise" : Atom x : _) <- everything]
        , tWaits = everything }
      ctx = Ctx cells [n | (n, _, _) <- bodies] tables shared False records
  threads <- forM bodies $ \(n, l, b) -> do c <- block ctx b; return (n, l, c)
  waits <- mapM (kindOf ctx) everything
  return (Program cells threads (tWords tables) (tClasses tables) (Runs : waits) shared text records)

-- | A form and all forms in it.
within :: Sexp -> [Sexp]
within (Atom _) = []
within e@(List _ es) = e : concatMap within es

cellOf :: String -> String -> [Sexp] -> C Cell
cellOf k n i
  | k `elem` ["flag", "var", "mvar"] = do
      v <- case i of
        [Atom "-"] -> Right (-1)
        [Atom x] -> number x
        _ -> Right 0
      return (Cell n k v)
  | otherwise = Left (Unsupported k)

number :: String -> C Int
number "full" = Right 0
number s | not (null s), all isDigit s = Right (read s)
number s = Left (Malformed ("not a number: " ++ s))

find :: String -> [String] -> String -> C Int
find what names n = maybe (Left (Malformed ("no " ++ what ++ " named " ++ n))) Right (elemIndex n names)

cell, thread, word, classOf :: Ctx -> String -> C Int
cell x = find "cell" (map cName (xCells x))
thread x = find "thread" (xThreads x)
word x = find "word" (tWords (xTables x))
classOf x = find "class" (tClasses (xTables x))

-- | What it means that a thread stands at a form.
kindOf :: Ctx -> Sexp -> C Kind
kindOf x (List _ (Atom op : as)) = case (op, as) of
  ("spin", [Atom c, Atom n]) -> SpinsOn <$> cell x c <*> number n
  ("await", _) -> Right Spins
  ("settle", _) -> Right Spins
  ("throwTo", [Atom "self", _]) -> Right Runs
  ("throwTo", [Atom t, _]) -> do i <- thread x t; return (ThrowsTo i ("throwTo " ++ t))
  ("kill", [Atom "self"]) -> Right Runs
  ("kill", [Atom t]) -> do i <- thread x t; return (ThrowsTo i ("kill " ++ t))
  ("take", [Atom m]) -> Right (Block ("take " ++ m))
  ("put", Atom m : _) -> Right (Block ("put " ++ m))
  ("wait-until", Atom c : _) -> Right (Block ("wait-until " ++ c))
  ("join", [Atom t]) -> Right (Block ("join " ++ t))
  _ | op `elem` ["sleep", "foreign", "foreign-interruptible", "join-timeout"] -> Right Timed
  _ -> Right Runs
kindOf _ _ = Right Runs

block :: Ctx -> [Sexp] -> C Code
block _ [] = Right done
block x [s] = statement x s
block x (s : ss) = andThen <$> statement x s <*> block x ss

sub :: Ctx -> Sexp -> C Code
sub x (List _ b) = block x b
sub _ (Atom a) = Left (Malformed ("a block is wanted, not " ++ a))

scope :: Code -> ((Restore -> IO ()) -> Restore -> IO ()) -> Code
scope (Code body) how = Code $ \run th r -> step th >> how (body run th) r

statement :: Ctx -> Sexp -> C Code
statement x e@(List place (Atom op : as)) = case (op, as) of
  ("log", [Atom w]) -> do i <- word x w; return (point (\_ th -> record th i))
  ("logv", [Atom w]) -> do
    i <- word x w
    return (point (\_ th -> get th fValue >>= \v -> put th fAnswer v >> record th (i .|. ((v + 1) `unsafeShiftL` 16))))
  ("value", [Atom n]) -> do v <- number n; return (silent (\_ th -> put th fValue v))
  ("set", [Atom c, Atom n]) -> do
    i <- cell x c
    v <- number n
    return (plain (if i `elem` xShared x
      then \run _ -> atomically (writeTVar (cellTVar run i) v)
      else \run _ -> pokeElemOff (rVars run) i v))
  ("spin", [Atom c, Atom n]) -> do
    i <- cell x c
    v <- number n
    let shared = i `elem` xShared x
    return (spinning at (\run _ -> (== v) <$> fetch shared run i))
  ("while", Atom c : Atom n : b) -> do
    i <- cell x c
    v <- number n
    Code body <- block x b
    let shared = i `elem` xShared x
    let loop run th r = do
          now <- fetch shared run i
          when (now == v) $ body run th r >> step th >> loop run th r
    return (Code (\run th r -> step th >> loop run th r))
  ("nop", []) -> Right (silent (\_ _ -> return ()))
  ("point", []) -> Right (silent (\_ _ -> return ()))
  ("mask", b) -> do c <- block inMask b; return (scope c (\body _ -> mask (\r -> body (Restore r))))
  ("umask", b) -> do c <- block inMask b; return (scope c (\body _ -> uninterruptibleMask (\r -> body (Restore r))))
  ("restore", b)
    | xInMask x -> do c <- block x b; return (scope c (\body r@(Restore f) -> f (body r)))
    | otherwise -> Left (Malformed "restore stands outside of mask and umask")
  ("unmask", b) -> do c <- block x b; return (scope c (\body r -> unsafeUnmask (body r)))
  ("interruptible", b) -> do c <- block x b; return (scope c (\body r -> interruptible (body r)))
  ("try", [Atom k, b, h]) -> do
    Code body <- sub x b
    Code handler <- sub x h
    matches <- matcher x k
    return (Code (\run th r -> step th >> catch (body run th r)
      (\ex -> seen th ex >> if matches ex then handler run th r else throwIO (ex :: SomeException))))
  ("protect", [b, c]) -> do
    Code body <- sub x b
    Code cleanup <- sub x c
    return (Code (\run th r -> step th >> finally (body run th r) (keeping th (cleanup run th r))))
  ("bracket", [a, u, z]) -> do
    Code acquire <- sub x a
    Code use <- sub x u
    Code release <- sub x z
    return (Code (\run th r -> step th >> bracket (acquire run th r) (\_ -> keeping th (release run th r)) (\_ -> use run th r)))
  ("raise", [Atom k]) -> do i <- classOf x k; return (silent (\_ _ -> throwIO (Litmus i 0)))
  ("throwTo", [Atom t, Atom k]) -> throwing t k
  ("kill", [Atom t]) -> throwing t "Kill"   -- killThread is throwTo with an exception that can be caught
  ("exit", []) -> do i <- classOf x "Kill"; return (silent (\_ _ -> throwIO (Litmus i 0)))
  ("take", [Atom m]) -> do i <- mvar m; return (waiting at (\run th -> takeMVar (cellMVar run i) >>= \v -> put th fValue v >> put th fAnswer v))
  ("put", [Atom m, Atom n]) -> do i <- mvar m; v <- number n; return (waiting at (\run _ -> putMVar (cellMVar run i) v))
  ("wait-until", [Atom c, Atom n]) -> do
    i <- cell x c
    v <- number n
    return (waiting at (\run _ -> atomically (readTVar (cellTVar run i) >>= \now -> unless (now == v) retry)))
  ("join", [Atom t]) -> do i <- thread x t; return (waiting at (\run _ -> readMVar (thDone (rThreads run ! i))))
  ("join-timeout", [Atom t]) -> do
    i <- thread x t
    return (waiting at (\run _ -> joinTimeout (rThreads run ! i) 8))
  ("sleep", []) -> Right (waiting at (\_ _ -> threadDelay 1000))
  ("foreign", []) -> Right (waiting at (\_ _ -> void (usleepSafe 1000)))
  ("foreign-interruptible", []) -> Right (waiting at (\_ _ -> void (usleepInterruptible 1000)))
  ("fork", [Atom t]) -> do i <- thread x t; return (plain (\run _ -> forkLater run i))
  ("await", [Atom t]) -> do i <- thread x t; return (spinning at (\run _ -> atRest run (rThreads run ! i)))
  ("settle", []) -> Right (waiting at (\run th -> spin nobodySends run th >> replicateM_ 8 yield))
  ("getmask", []) -> Right (point (\_ th -> levelNow >>= \l -> put th fAnswer l >> record th l))
  ("alive?", [Atom t]) -> do
    i <- thread x t
    return (plain (\run th -> gone (rThreads run ! i) >>= \g -> put th fAnswer (if g then 0 else 1) >> record th (if g then 4 else 3)))
  _ | op `elem` forms -> Left (Malformed ("wrong arguments of " ++ op))
  _ -> Left (Unsupported op)
  where
    inMask = x { xInMask = True }
    form = if xRecords x then place else 0
    plain = plainAs form
    point = pointAs form
    silent = plainAs 0
    waiting = waitingAs form
    spinning at' test = waiting at' (spin test)
    seen = if xRecords x then received else \_ _ -> return ()
    at = position e (tWaits (xTables x))
    mvar m = do
      i <- cell x m
      if cKind (xCells x !! i) == "mvar" then Right i else Left (Malformed (m ++ " is no mvar"))
    throwing "self" k = do i <- classOf x k; return (plain (\_ th -> do { sent <- get th fSent; me <- myThreadId; throwTo me (Litmus i sent) }))
    throwing t k = do
      i <- thread x t
      c <- classOf x k
      return (waiting at (\run th -> do
        sent <- get th fSent
        readIORef (thId (rThreads run ! i)) >>= maybe (throwIO (ErrorCall "not started")) (\tid -> throwTo tid (Litmus c sent))))
statement _ _ = Left (Malformed "a statement is wanted")

-- | The place of a form in the table of waits, by its text: two forms of one text
-- mean the same there.
position :: Sexp -> [Sexp] -> Int
position e all' = maybe 0 (+ 1) (elemIndex (flat e) (map flat all'))

flat :: Sexp -> String
flat (Atom a) = a
flat (List _ es) = "(" ++ unwords (map flat es) ++ ")"

matcher :: Ctx -> String -> C (SomeException -> Bool)
matcher _ "any" = Right (\ex -> not (isAbandon ex))
matcher x "Error" = Right (\ex -> case fromException ex of Just (Litmus i _) -> i == 0; Nothing -> not (isAbandon ex)) <* Right x
matcher x k = Right $ case classOf x k of
  Right c -> \ex -> case fromException ex of Just (Litmus i _) -> i == c; Nothing -> False
  Left _ -> const False

isAbandon :: SomeException -> Bool
isAbandon ex = isJust (fromException ex :: Maybe Abandon)

-- | The block's value is not that of a cleanup in it.
keeping :: Th -> IO () -> IO ()
keeping th op = do v <- get th fValue; op; put th fValue v

fetch :: Bool -> Run -> Int -> IO Int
fetch True run i = readTVarIO (cellTVar run i)
fetch False run i = peekElemOff (rVars run) i

cellTVar :: Run -> Int -> TVar Int
cellTVar run i = fromMaybe (error "no such variable") (lookup i (rTVars run))

cellMVar :: Run -> Int -> MVar Int
cellMVar run i = fromMaybe (error "no such mvar") (lookup i (rMVars run))

joinTimeout :: Th -> Int -> IO ()
joinTimeout _ 0 = return ()
joinTimeout th n = do
  ended <- not <$> isEmptyMVar (thDone th)
  unless ended $ threadDelay 250 >> joinTimeout th (n - 1)

-- | The thread has ended, whatever its wrapper still does.
gone :: Th -> IO Bool
gone th = (/= 0) <$> get th fEnd

-- | The thread is gone or sleeps in an operation.
atRest :: Run -> Th -> IO Bool
atRest run th = do
  g <- gone th
  if g then return True else do
    at <- get th fAt
    case rWaits run ! at of
      Timed -> soundlyAsleep th
      Block _ -> soundlyAsleep th
      ThrowsTo _ _ -> soundlyAsleep th
      _ -> return False

-- | It is asleep, and no message that wakes it is under way: whoever wakes a thread of
-- another capability puts a message into the inbox there [ghc-rts tryWakeupThread], and the
-- thread counts as blocked until it is read. A thread that starts there comes behind it.
soundlyAsleep :: Th -> IO Bool
soundlyAsleep th = do
  a <- asleep th
  caps <- getNumCapabilities
  if not a || caps == 1 then return a else do
    steps <- get th fSteps
    ran <- newIORef False
    _ <- forkOn (thCap th) (writeIORef ran True)
    let wait = do
          there <- readIORef ran
          over <- peek (thAbandon th)
          unless (there || over /= 0) $ yield >> wait
    wait
    b <- asleep th
    now <- get th fSteps
    return (b && steps == now)

-- | Nobody is on the way to throw to the thread. Messages that are under way then
-- lie in the inbox of its capability, which is emptied when the thread yields.
nobodySends :: Run -> Th -> IO Bool
nobodySends run th = and <$> mapM quiet (elems (rThreads run))
  where
    quiet from = do
      at <- get from fAt
      case rWaits run ! at of
        ThrowsTo i _ | i == thIx th -> (||) <$> gone from <*> asleep from
        _ -> return True

-- | BlockedOnOther is a thread that migrates, not one that is blocked.
asleep :: Th -> IO Bool
asleep th = do
  t <- readIORef (thId th)
  case t of
    Nothing -> return False
    Just tid -> do
      s <- threadStatus tid
      return (case s of ThreadBlocked BlockedOnOther -> False; ThreadBlocked _ -> True; _ -> False)

-- Threads --------------------------------------------------------------------

-- | Runs at the level that the forking thread had, inside a frame that records
-- the end. The harness around it is closed to everything.
wrapper :: Run -> Th -> Int -> Code -> IO ()
wrapper run th level (Code code) = do
  put th fStarted 1
  barrier
  get th fDelay >>= pause th
  r <- try (atLevel level (code run th (Restore id) >> put th fSteps (-1)))
  either (received th) return r
  put th fEnd (case r of
    Right () -> 1
    Left ex -> case fromException ex of Just (Litmus c _) -> 2 + c; Nothing -> 2)
  putMVar (thDone th) ()
  where
    barrier = do g <- peek (rGo run); when (g == 0) $ yield >> barrier

-- The statement behind the body, in 'wrapper', keeps the frame that restores the
-- harness's level from meeting a mask frame of the program.
atLevel :: Int -> IO () -> IO ()
atLevel 0 (IO m) = IO (unmaskAsyncExceptions# m)
atLevel 1 (IO m) = IO (maskAsyncExceptions# m)
atLevel _ (IO m) = IO (maskUninterruptible# m)

-- | A later thread starts at the level of the thread that forks it.
forkLater :: Run -> Int -> IO ()
forkLater run i = do
  level <- levelNow
  closed $ do
    again <- atomicModifyIORef' (thForked (rThreads run ! i)) ((,) True)
    when again $ throwIO (ErrorCall "started twice")
    startThread run (rThreads run ! i) level (rCodes run ! i)

closed :: IO () -> IO ()
closed (IO m) = IO (maskUninterruptible# m)

startThread :: Run -> Th -> Int -> Code -> IO ()
startThread run th level code = do
  tid <- forkOn (thCap th) (known >> wrapper run th level code)
  writeIORef (thId th) (Just tid)
  where
    -- On another capability it can be thrown at before its parent goes on.
    known = myThreadId >>= writeIORef (thId th) . Just

-- One run --------------------------------------------------------------------

draw :: IORef Int -> Int -> IO Int
draw rng n = do
  x <- next <$> readIORef rng
  writeIORef rng x
  return ((x `unsafeShiftR` 11) .&. 0xffffffffffff `rem` n)

pick :: IORef Int -> [a] -> IO a
pick rng xs = (xs !!) <$> draw rng (length xs)

newRun :: Program -> IORef Int -> IO Run
newRun p rng = do
  mem <- callocBytes (8 * (2 + length (pCells p)))
  let vars = mem `plusPtr` 16
  forM_ (zip [0 ..] (pCells p)) $ \(i, c) -> pokeElemOff vars i (cInit c)
  clock <- newClock
  tvars <- sequence [(,) i <$> newTVarIO (cInit (pCells p !! i)) | i <- pShared p]
  mvars <- sequence [(,) i <$> (if cInit c < 0 then newEmptyMVar else newMVar (cInit c)) | (i, c) <- zip [0 ..] (pCells p), cKind c == "mvar"]
  often <- pick rng [0, 0, 24, 96, 200]
  longest <- pick rng [3, 6, 9, 12]
  together <- draw rng 3
  caps <- getNumCapabilities
  first <- draw rng caps
  ths <- forM (zip [0 ..] (pThreads p)) $ \(i, _) -> do
    cap <- if together == 0 then return first else draw rng caps
    newThread rng i (mem `plusPtr` 8) clock cap often longest
  let n = length ths
      run = Run mem (mem `plusPtr` 8) vars tvars mvars (listArray (0, n - 1) ths)
              (listArray (0, n - 1) [c | (_, _, c) <- pThreads p]) (listArray (0, length (pWaits p) - 1) (pWaits p))
  return run

newThread :: IORef Int -> Int -> Ptr Int -> Clock -> Int -> Int -> Int -> IO Th
newThread rng i abandonment clock cap often longest = do
  mem <- callocBytes memSize
  th <- Th i mem abandonment clock cap <$> newIORef Nothing <*> newEmptyMVar <*> newIORef False
  seed <- draw rng maxBound
  width <- draw rng 12
  delay <- draw rng (1 `unsafeShiftL` width)
  put th fRng (seed .|. 1)
  put th fOften often
  put th fLongest longest
  put th fDelay delay
  return th

freeRun :: Run -> IO ()
freeRun run = do
  forM_ (elems (rThreads run)) (free . thMem)
  free (rGo run)

startRun :: Program -> IORef Int -> Run -> IO ()
startRun p rng run = do
  order <- mapM (\th -> (,) <$> draw rng 1000000 <*> return th) [th | (th, (_, False, _)) <- zip (elems (rThreads run)) (pThreads p)]
  let now = map snd (sortOn fst order)
  forM_ now $ \th -> closed (startThread run th 0 (rCodes run ! thIx th))
  let ready = do
        ok <- and <$> mapM (\th -> (/= 0) <$> get th fStarted) now
        unless ok $ yield >> ready
  ready
  poke (rGo run) 1

-- Quiescence is decided by state, not by time: between two looks no thread took a
-- step, the blocked ones are still blocked where they were, the spinning ones went
-- round, and the scheduler of every capability emptied its inbox: a message in
-- flight would have landed.

data Look = Ended | Asleep Int Int | Spinning Int Int deriving Eq

look :: Run -> Th -> IO (Maybe Look)
look run th = do
  end <- get th fEnd
  started <- readIORef (thId th)
  if end /= 0 || not (isJust started) then return (Just Ended) else do
    at <- get th fAt
    n <- get th fSteps
    a <- asleep th
    case rWaits run ! at of
      Block _ -> return (if a then Just (Asleep at n) else Nothing)
      ThrowsTo _ _ -> return (if a then Just (Asleep at n) else Nothing)
      Spins -> return (Just (Spinning at n))
      SpinsOn i v -> do
        now <- value run i
        return (if now == v then Nothing else Just (Spinning at n))
      _ -> return Nothing

value :: Run -> Int -> IO Int
value run i = maybe (peekElemOff (rVars run) i) readTVarIO (lookup i (rTVars run))

quiescent :: Run -> IO Bool
quiescent run = do
  first <- mapM (look run) ths
  before <- mapM (`get` fBeats) ths
  if any (== Nothing) first then return False else do
    sweep >> sweep
    let spun k = do
          now <- mapM (`get` fBeats) ths
          gone <- or <$> zipWithM wentOn first ths
          if and [case l of Just (Spinning _ _) -> b > a + 32; _ -> True | (l, a, b) <- zip3 first before now]
            then return True
            else if gone || k == (0 :: Int) then return False else (if k > 100 then replicateM_ 50 yield else threadDelay 200) >> spun (k - 1)
    ok <- spun 200
    second <- mapM (look run) ths
    return (ok && first == second)
  where
    ths = elems (rThreads run)
    -- Who has ended or taken a step since may go round no more.
    wentOn l th = do
      end <- get th fEnd
      at <- get th fAt
      n <- get th fSteps
      let moved at0 n0 = end /= 0 || at /= at0 || n /= n0
      return $ case l of
        Just (Asleep at0 n0) -> moved at0 n0
        Just (Spinning at0 n0) -> moved at0 n0
        _ -> False

-- | Lets the scheduler of every capability go round.
sweep :: IO ()
sweep = do
  caps <- getNumCapabilities
  forM_ [0 .. caps - 1] $ \c -> do
    v <- newEmptyMVar
    _ <- forkOn c (yield >> putMVar v ())
    takeMVar v

-- | Looping: every thread that is not at rest went through so many statements that
-- it has been everywhere many times; the steps are those at the beginning.
data How = Settled | Looping [Int] | Starved

manySteps :: Int
manySteps = 20000

finishRun :: Run -> Double -> IO How
finishRun run limit = do
  begin <- getMonotonicTime
  snap <- newIORef =<< snapshot
  let wait :: Int -> Double -> IO How
      wait k looked = do
        over <- and <$> mapM endedOrLater ths
        -- On one capability a yield costs the time slice of a thread that loops.
        late <- if k `rem` 8 == 0 then (> looked + 0.002) <$> getMonotonicTime else return False
        if over then return Settled
          else if k `rem` 300 /= 0 && not late then yield >> wait (k + 1) looked
          else do
            q <- quiescent run
            if q then return Settled else do
              found <- looping snap
              now <- getMonotonicTime
              case found of
                Just steps -> return (Looping steps)
                Nothing | now - begin > limit -> return Starved
                        | otherwise -> threadDelay 100 >> wait (k + 1) now
  wait 1 begin
  where
    ths = elems (rThreads run)
    endedOrLater th = do
      started <- readIORef (thId th)
      if isJust started then gone th else return True
    snapshot = (,) <$> mapM (look run) ths <*> mapM (`get` fSteps) ths
    -- Since the snapshot some threads went round many times, and all the others
    -- stayed where they were at rest.
    loops (looks0, steps0) (looks1, steps1) =
      or moved && and (zipWith3 (\m l0 l1 -> m || isJust l0 && l0 == l1) moved looks0 looks1)
      where moved = zipWith (\s0 s1 -> s1 > s0 + manySteps) steps0 steps1
    looping snap = do
      before <- readIORef snap
      now <- snapshot
      if loops before now
        then do
          sweep >> sweep
          again <- snapshot
          return (if loops before again then Just (snd before) else Nothing)
        else do
          when (or (zipWith (\s0 s1 -> s1 > s0 + 2 * manySteps) (snd before) (snd now))) $ writeIORef snap now
          return Nothing

-- Its outcome ------------------------------------------------------------------

-- | The steps are those of a thread that loops if it has gone far beyond them.
outcome :: Program -> Run -> [Int] -> IO String
outcome p run steps = do
  ts <- forM (zip3 (pThreads p) (elems (rThreads run)) steps) $ \((name, _, _), th, s) -> do
    n <- get th fSteps
    e <- if n > s + manySteps then return "running" else endText p run th
    l <- logText p th
    return (name ++ "=" ++ e ++ l)
  cs <- forM (zip [0 ..] (pCells p)) $ \(i, c) -> case cKind c of
    "var" -> (\v -> [cName c ++ "=" ++ show v]) <$> value run i
    "mvar" -> (\v -> [cName c ++ "=" ++ contents v]) <$> tryReadMVar (cellMVar run i)
    _ -> return []
  return (intercalate "; " (ts ++ concat cs))
  where
    contents Nothing = "empty"
    contents (Just 0) = "full"
    contents (Just n) = show n

endText :: Program -> Run -> Th -> IO String
endText p run th = do
  end <- get th fEnd
  started <- readIORef (thId th)
  at <- get th fAt
  level <- get th fLevel
  thrown <- unreceived run th
  let pending blocked | thrown && level <= (if blocked then 1 else 0) = " (pending)"
                      | otherwise = ""
  return $ case (end, isJust started, rWaits run ! at) of
    (_, False, _) -> "unstarted"
    (1, _, _) -> "returned"
    (0, _, Block w) -> "blocked " ++ w ++ pending True
    (0, _, ThrowsTo _ w) -> "blocked " ++ w ++ pending True
    (0, _, _) -> "running" ++ pending False
    (c, _, _) -> "died " ++ pClasses p !! (c - 2)

-- | Somebody waits for the thread to receive.
unreceived :: Run -> Th -> IO Bool
unreceived run th = or <$> mapM throwing (elems (rThreads run))
  where
    throwing from = do
      end <- get from fEnd
      at <- get from fAt
      return (case rWaits run ! at of ThrowsTo i _ -> end == 0 && i == thIx th; _ -> False)

logText :: Program -> Th -> IO String
logText p th = do
  n <- get th fUsed
  ws <- forM [0 .. n - 1] $ \i -> do
    w <- get th (fLog + i)
    let name = pWords p !! (w .&. 0xffff)
        v = w `unsafeShiftR` 16
    return (if v == 0 then name else name ++ "=" ++ show (v - 1))
  return (if null ws then "" else " [" ++ unwords ws ++ "]")

-- | Tells the threads of a run that is over to go, and frees its memory if they
-- did. True if some did not: they are blocked where nothing can reach them.
abandon :: Run -> IO Bool
abandon run = do
  poke (rAbandon run) 1
  let left = filterM (fmap not . over) (elems (rThreads run))
      rounds :: Int -> IO Bool
      rounds 0 = not . null <$> left
      rounds k = do
        ths <- left
        stuck <- and <$> mapM hopeless ths
        if null ths then return False else if stuck then return True else do
          when (k == 15) $ forM_ ths $ \th ->
            readIORef (thId th) >>= mapM_ (\t -> forkIO (throwTo t Abandon))
          forM_ (rMVars run) $ \(_, m) -> if even k then void (tryPutMVar m 0) else void (tryTakeMVar m)
          replicateM_ 20 yield
          when (k < 10) $ threadDelay 100
          rounds (k - 1)
  rounds 20
  where
    hopeless th = do
      at <- get th fAt
      level <- get th fLevel
      a <- asleep th
      return (a && level == 2 && (case rWaits run ! at of ThrowsTo _ _ -> True; _ -> False))
    over th = readIORef (thId th) >>= maybe (return True) (fmap (`elem` [ThreadFinished, ThreadDied]) . threadStatus)

-- The protocol -------------------------------------------------------------------

-- | The value of a flat field of a request; requests escape nothing.
field :: String -> String -> Maybe String
field name line = case [drop (length key) t | t <- tails line, key `isPrefixOf` t] of
    (('"' : t) : _) -> Just (takeWhile (/= '"') t)
    (t : _) -> Just (takeWhile isDigit t)
    [] -> Nothing
  where key = "\"" ++ name ++ "\":"

fieldInt :: String -> String -> Int
fieldInt name line = maybe 0 (\t -> if null t then 0 else fromInteger (read t)) (field name line)

reply :: Int -> [String] -> IO ()
reply n fs = putStrLn ("{\"seq\":" ++ show n ++ concatMap (',' :) fs ++ "}") >> hFlush stdout

str, int :: String -> String -> String
str k v = "\"" ++ k ++ "\":\"" ++ map clean v ++ "\""
  where clean c = if c `elem` "\"\\" || c < ' ' || c > '~' then ' ' else c
int k v = "\"" ++ k ++ "\":" ++ v

runMany :: Int -> Program -> Int -> Int -> Double -> IO ()
runMany n p runs seed limit = do
  rng <- newIORef ((seed * 2862933555777941757 + 3037000493) .|. 1)
  begin <- getMonotonicTime
  let flush counts = forM_ (Map.toAscList counts) $ \(o, c) -> reply n [str "outcome" o, int "count" (show c)]
      go k hangs leaks counts at
        | k == runs || leaks >= maxLeaks = do
            flush counts
            reply n [int "done" "true", int "runs" (show k), int "hangs" (show hangs), int "recycle" (if leaks >= maxLeaks then "true" else "false")]
        | otherwise = do
            (o, leaked, marks) <- once p rng limit
            now <- getMonotonicTime
            counts' <- case o of
              Just text | Just ms <- marks -> reply n [str "outcome" text, int "count" "1", int "history" ms] >> return counts
              Just text -> return (Map.insertWith (+) text (1 :: Int) counts)
              Nothing -> reply n [str "undecided" "starved", int "count" "1"] >> return counts
            let hangs' = if isJust o then hangs else hangs + 1
                leaks' = if leaked then leaks + 1 else leaks
            if now - at > 0.1
              then flush counts' >> go (k + 1) hangs' leaks' Map.empty now
              else go (k + 1) hangs' leaks' counts' at
  go 0 (0 :: Int) (0 :: Int) Map.empty begin

-- | Runs with threads that nothing can end, after which the process asks for a successor.
maxLeaks :: Int
maxLeaks = 400

-- | One run, with everything that it holds kept alive from outside, so that the
-- garbage collector finds no deadlock in it. Nothing if it came to no end.
once :: Program -> IORef Int -> Double -> IO (Maybe String, Bool, Maybe String)
once p rng limit = do
  run <- newRun p rng
  root <- newStablePtr run
  startRun p rng run
  how <- finishRun run limit
  text <- case how of
    Settled -> Just <$> outcome p run (map (const (maxBound - manySteps)) (pThreads p))
    Looping steps -> Just <$> outcome p run steps
    Starved -> return Nothing
  marks <- case how of
    Settled | pRecords p -> history run
    _ -> return Nothing
  leaked <- abandon run
  unless leaked $ freeRun run >> freeStablePtr root
  return (text, leaked, marks)

calibrate :: Int -> IO ()
calibrate n = case loadProgram False "(litmus 1 calibrate (thread a (nop)) (thread b (nop)))" of
  Left _ -> reply n [str "error" "calibration does not compile"]
  Right p -> do
    rng <- newIORef 1
    times <- forM [1 .. 200 :: Int] $ \_ -> do
      a <- getMonotonicTime
      _ <- once p rng 2
      b <- getMonotonicTime
      return (b - a)
    reply n [int "ok" "true", int "p99_us" (show (round (1e6 * (sort times !! 197)) :: Int))]

serve :: IORef (Maybe Program) -> String -> IO ()
serve loaded line = do
  let n = fieldInt "seq" line
  case field "cmd" line of
    Just "hello" -> reply n [int "ok" "true", int "proto" "1", str "runtime" "ghc", str "version" (showVersion fullCompilerVersion),
      str "await" "state", int "forms" ("[" ++ intercalate "," (map show forms) ++ "]")]
    Just "load" -> case loadProgram False (fromMaybe "" (field "program" line)) of
      Left (Unsupported f) -> reply n [str "skipped" ("no form " ++ f)]
      Left (Malformed why) -> reply n [str "error" why]
      Right p -> do
        keep p
        reply n (int "ok" "true" : [int "unobserved" "[\"recv\"]" | hidesReceipts p])
    Just "run" -> readIORef loaded >>= \m -> case m of
      Nothing -> reply n [str "error" "no program is loaded"]
      Just _ | mode `notElem` ["outcome", "history"] -> reply n [str "skipped" ("no mode " ++ mode)]
      Just p | pRecords p /= (mode == "history") -> case loadProgram (mode == "history") (pText p) of
        Left _ -> reply n [str "error" "it was compiled before"]
        Right again -> keep again >> serve loaded line
      Just p -> runMany n p (fieldInt "runs" line) (fieldInt "seed" line) (fromIntegral (fieldInt "limit_ms" line) / 1000)
    Just "calibrate" -> calibrate n
    Just "stop" -> reply n [int "ok" "true"] >> exitSuccess
    _ -> reply n [str "error" "no such command"]
  where
    mode = fromMaybe "" (field "mode" line)
    keep p = do
      forM_ (pThreads p) (\(_, _, c) -> evaluate c)
      mapM_ evaluate (pWaits p)
      writeIORef loaded (Just p)

-- | A receipt is recorded where the exception comes to light, which must be before
-- anything else that the thread does: in a handler, or at its end, but in a cleanup of the
-- library's own it does not.
hidesReceipts :: Program -> Bool
hidesReceipts p = any (`isInfixOf` pText p) ["(protect ", "(bracket "]

-- | The main thread is bound to an operating system thread, and every switch from
-- or to it would go through the kernel: the harness runs in another.
main :: IO ()
main = runInUnboundThread $ do
  hSetBuffering stdout LineBuffering
  loaded <- newIORef Nothing
  let loop = do
        eof <- isEOF
        unless eof $ getLine >>= serve loaded >> loop
  loop
