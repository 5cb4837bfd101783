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
import Data.List (elemIndex, intercalate, isPrefixOf, sort, sortOn, tails)
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
import GHC.Exts (maskAsyncExceptions#, maskUninterruptible#, unmaskAsyncExceptions#)
import GHC.IO (IO (..), unsafeUnmask)
import System.Exit
import System.IO
import System.Info (fullCompilerVersion)

foreign import capi safe "unistd.h usleep" usleepSafe :: CUInt -> IO CInt
foreign import capi interruptible "unistd.h usleep" usleepInterruptible :: CUInt -> IO CInt

-- Exceptions ---------------------------------------------------------------

-- | What programs throw: a class, by its index.
newtype Litmus = Litmus Int deriving Show
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
  , thCap :: Int
  , thId :: IORef (Maybe ThreadId)
  , thDone :: MVar ()
  , thForked :: IORef Bool
  }

type Field = Int
fSteps, fBeats, fAt, fLevel, fValue, fStarted, fEnd, fRng, fOften, fLongest, fDelay, fUsed, fLog :: Field
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
fLog = 12

logSize, memSize :: Int
logSize = 1024
memSize = (fLog + logSize) * 8

get :: Th -> Field -> IO Int
get th f = peekElemOff (thMem th) f
{-# INLINE get #-}

put :: Th -> Field -> Int -> IO ()
put th f x = pokeElemOff (thMem th) f x
{-# INLINE put #-}

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
waiting :: Int -> (Run -> Th -> IO ()) -> Code
waiting at op = Code $ \run th _ -> do
  step th
  levelNow >>= put th fLevel
  put th fAt at
  op run th
  put th fAt 0

spinning :: Int -> (Run -> Th -> IO Bool) -> Code
spinning at test = waiting at loop
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

plain :: (Run -> Th -> IO ()) -> Code
plain op = Code $ \run th _ -> step th >> op run th

-- The wire form --------------------------------------------------------------

data Sexp = Atom String | List [Sexp]

readWire :: String -> Either String Sexp
readWire text = case one (toks text) of
    Right (e, []) -> Right e
    Right _ -> Left "text after the program"
    Left e -> Left e
  where
    toks [] = []
    toks (c : cs)
      | c == '(' || c == ')' = [c] : toks cs
      | c == ' ' = toks cs
      | otherwise = let (a, b) = break (`elem` "() ") (c : cs) in a : toks b
    one ("(" : ts) = many ts []
    one (")" : _) = Left "unbalanced parentheses"
    one (t : ts) = Right (Atom t, ts)
    one [] = Left "unbalanced parentheses"
    many (")" : ts) acc = Right (List (reverse acc), ts)
    many [] _ = Left "unbalanced parentheses"
    many ts acc = do (e, rest) <- one ts; many rest (e : acc)

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
  }

-- | What the whole program is known to hold before its statements are compiled.
data Ctx = Ctx { xCells :: [Cell], xThreads :: [String], xTables :: Tables, xShared :: [Int], xInMask :: Bool }

-- | Tables are filled from a walk over the program, so that compiling is pure.
data Tables = Tables { tWords :: [String], tClasses :: [String], tWaits :: [Sexp] }

forms :: [String]
forms = sort (words "flag var mvar thread later log logv value set spin nop point mask umask restore unmask \
  \interruptible try protect bracket raise throwTo kill exit take put wait-until join join-timeout sleep foreign \
  \foreign-interruptible fork await settle getmask alive? while")

loadProgram :: String -> C Program
loadProgram text = do
  ds <- case readWire text of
    Right (List (Atom "litmus" : Atom "1" : Atom _ : ds)) -> Right ds
    Right _ -> Left (Malformed "not a program of wire version 1")
    Left e -> Left (Malformed e)
  cells <- sequence [cellOf k n i | List (Atom k : Atom n : i) <- ds, k `notElem` ["thread", "later"]]
  let bodies = [(n, k == "later", b) | List (Atom k : Atom n : b) <- ds, k `elem` ["thread", "later"]]
      everything = concatMap (\(_, _, b) -> concatMap within b) bodies
      shared = [i | List [Atom "wait-until", Atom x, _] <- everything, Just i <- [elemIndex x (map cName cells)]]
      tables = Tables
        { tWords = ["open", "masked", "closed", "alive", "dead"] ++ [w | List (Atom k : Atom w : _) <- everything, k `elem` ["log", "logv"]]
        , tClasses = ["Error", "Kill"] ++ [x | List (Atom "throwTo" : _ : Atom x : _) <- everything] ++ [x | List (Atom "raise" : Atom x : _) <- everything]
        , tWaits = everything }
      ctx = Ctx cells [n | (n, _, _) <- bodies] tables shared False
  threads <- forM bodies $ \(n, l, b) -> do c <- block ctx b; return (n, l, c)
  waits <- mapM (kindOf ctx) everything
  return (Program cells threads (tWords tables) (tClasses tables) (Runs : waits) shared)

-- | A form and all forms in it.
within :: Sexp -> [Sexp]
within (Atom _) = []
within e@(List es) = e : concatMap within es

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
kindOf x (List (Atom op : as)) = case (op, as) of
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
sub x (List b) = block x b
sub _ (Atom a) = Left (Malformed ("a block is wanted, not " ++ a))

scope :: Code -> ((Restore -> IO ()) -> Restore -> IO ()) -> Code
scope (Code body) how = Code $ \run th r -> step th >> how (body run th) r

statement :: Ctx -> Sexp -> C Code
statement x e@(List (Atom op : as)) = case (op, as) of
  ("log", [Atom w]) -> do i <- word x w; return (plain (\_ th -> record th i))
  ("logv", [Atom w]) -> do
    i <- word x w
    return (plain (\_ th -> get th fValue >>= \v -> record th (i .|. ((v + 1) `unsafeShiftL` 16))))
  ("value", [Atom n]) -> do v <- number n; return (plain (\_ th -> put th fValue v))
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
  ("nop", []) -> Right (plain (\_ _ -> return ()))
  ("point", []) -> Right (plain (\_ _ -> return ()))
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
      (\ex -> if matches ex then handler run th r else throwIO (ex :: SomeException))))
  ("protect", [b, c]) -> do
    Code body <- sub x b
    Code cleanup <- sub x c
    return (Code (\run th r -> step th >> finally (body run th r) (keeping th (cleanup run th r))))
  ("bracket", [a, u, z]) -> do
    Code acquire <- sub x a
    Code use <- sub x u
    Code release <- sub x z
    return (Code (\run th r -> step th >> bracket (acquire run th r) (\_ -> keeping th (release run th r)) (\_ -> use run th r)))
  ("raise", [Atom k]) -> do i <- classOf x k; return (plain (\_ _ -> throwIO (Litmus i)))
  ("throwTo", [Atom t, Atom k]) -> throwing t k
  ("kill", [Atom t]) -> throwing t "Kill"   -- killThread is throwTo with an exception that can be caught
  ("exit", []) -> do i <- classOf x "Kill"; return (plain (\_ _ -> throwIO (Litmus i)))
  ("take", [Atom m]) -> do i <- mvar m; return (waiting at (\run th -> takeMVar (cellMVar run i) >>= put th fValue))
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
  ("settle", []) -> Right (andThen (spinning at nobodySends) (Code (\_ _ _ -> replicateM_ 8 yield)))
  ("getmask", []) -> Right (plain (\_ th -> levelNow >>= record th))
  ("alive?", [Atom t]) -> do
    i <- thread x t
    return (plain (\run th -> gone (rThreads run ! i) >>= \g -> record th (if g then 4 else 3)))
  _ | op `elem` forms -> Left (Malformed ("wrong arguments of " ++ op))
  _ -> Left (Unsupported op)
  where
    inMask = x { xInMask = True }
    at = position e (tWaits (xTables x))
    mvar m = do
      i <- cell x m
      if cKind (xCells x !! i) == "mvar" then Right i else Left (Malformed (m ++ " is no mvar"))
    throwing "self" k = do i <- classOf x k; return (plain (\_ _ -> myThreadId >>= \me -> throwTo me (Litmus i)))
    throwing t k = do
      i <- thread x t
      c <- classOf x k
      return (waiting at (\run _ -> readIORef (thId (rThreads run ! i)) >>= maybe (throwIO (ErrorCall "not started")) (\tid -> throwTo tid (Litmus c))))
statement _ _ = Left (Malformed "a statement is wanted")

-- | The place of a form in the table of waits, by its text: two forms of one text
-- mean the same there.
position :: Sexp -> [Sexp] -> Int
position e all' = maybe 0 (+ 1) (elemIndex (flat e) (map flat all'))

flat :: Sexp -> String
flat (Atom a) = a
flat (List es) = "(" ++ unwords (map flat es) ++ ")"

matcher :: Ctx -> String -> C (SomeException -> Bool)
matcher _ "any" = Right (\ex -> not (isAbandon ex))
matcher x "Error" = Right (\ex -> case fromException ex of Just (Litmus i) -> i == 0; Nothing -> not (isAbandon ex)) <* Right x
matcher x k = Right $ case classOf x k of
  Right c -> \ex -> case fromException ex of Just (Litmus i) -> i == c; Nothing -> False
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
      Timed -> asleep th
      Block _ -> asleep th
      ThrowsTo _ _ -> asleep th
      _ -> return False

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
  put th fEnd (case r of
    Right () -> 1
    Left ex -> case fromException ex of Just (Litmus c) -> 2 + c; Nothing -> 2)
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
  tvars <- sequence [(,) i <$> newTVarIO (cInit (pCells p !! i)) | i <- pShared p]
  mvars <- sequence [(,) i <$> (if cInit c < 0 then newEmptyMVar else newMVar (cInit c)) | (i, c) <- zip [0 ..] (pCells p), cKind c == "mvar"]
  often <- pick rng [0, 0, 24, 96, 200]
  longest <- pick rng [3, 6, 9, 12]
  together <- draw rng 3
  caps <- getNumCapabilities
  first <- draw rng caps
  ths <- forM (zip [0 ..] (pThreads p)) $ \(i, _) -> do
    cap <- if together == 0 then return first else draw rng caps
    newThread rng i (mem `plusPtr` 8) cap often longest
  let n = length ths
      run = Run mem (mem `plusPtr` 8) vars tvars mvars (listArray (0, n - 1) ths)
              (listArray (0, n - 1) [c | (_, _, c) <- pThreads p]) (listArray (0, length (pWaits p) - 1) (pWaits p))
  return run

newThread :: IORef Int -> Int -> Ptr Int -> Int -> Int -> Int -> IO Th
newThread rng i abandonment cap often longest = do
  mem <- callocBytes memSize
  th <- Th i mem abandonment cap <$> newIORef Nothing <*> newEmptyMVar <*> newIORef False
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
          if and [case l of Just (Spinning _ _) -> b > a + 32; _ -> True | (l, a, b) <- zip3 first before now]
            then return True
            else if k == (0 :: Int) then return False else (if k > 100 then replicateM_ 50 yield else threadDelay 200) >> spun (k - 1)
    ok <- spun 200
    second <- mapM (look run) ths
    return (ok && first == second)
  where ths = elems (rThreads run)

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
            (o, leaked) <- once p rng limit
            now <- getMonotonicTime
            counts' <- case o of
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
once :: Program -> IORef Int -> Double -> IO (Maybe String, Bool)
once p rng limit = do
  run <- newRun p rng
  root <- newStablePtr run
  startRun p rng run
  how <- finishRun run limit
  text <- case how of
    Settled -> Just <$> outcome p run (map (const (maxBound - manySteps)) (pThreads p))
    Looping steps -> Just <$> outcome p run steps
    Starved -> return Nothing
  leaked <- abandon run
  unless leaked $ freeRun run >> freeStablePtr root
  return (text, leaked)

calibrate :: Int -> IO ()
calibrate n = case loadProgram "(litmus 1 calibrate (thread a (nop)) (thread b (nop)))" of
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
    Just "load" -> case loadProgram (fromMaybe "" (field "program" line)) of
      Left (Unsupported f) -> reply n [str "skipped" ("no form " ++ f)]
      Left (Malformed why) -> reply n [str "error" why]
      Right p -> do
        forM_ (pThreads p) (\(_, _, c) -> evaluate c)
        mapM_ evaluate (pWaits p)
        writeIORef loaded (Just p)
        reply n [int "ok" "true"]
    Just "run" -> readIORef loaded >>= \m -> case m of
      Nothing -> reply n [str "error" "no program is loaded"]
      Just _ | field "mode" line /= Just "outcome" -> reply n [str "skipped" ("no mode " ++ fromMaybe "" (field "mode" line))]
      Just p -> runMany n p (fieldInt "runs" line) (fieldInt "seed" line) (fromIntegral (fieldInt "limit_ms" line) / 1000)
    Just "calibrate" -> calibrate n
    Just "stop" -> reply n [int "ok" "true"] >> exitSuccess
    _ -> reply n [str "error" "no such command"]

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
