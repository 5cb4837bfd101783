-- Records histories of GHC in the form of docs/traces.md: runghc record.hs DIR
{-# LANGUAGE LambdaCase #-}
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.IORef
import Data.List (intercalate, sortOn)
import GHC.Conc (BlockReason (..), ThreadStatus (..), threadStatus)
import System.Environment (getArgs)
import System.Info (compilerVersion)
import Data.Version (showVersion)

newtype X = X Int deriving (Show)

instance Exception X

-- | One counter for the program; of each thread what it recorded, the last first.
data Thread = Thread {name :: String, counter :: IORef Int, tape :: IORef [(Int, Int, String)]}

newThread :: IORef Int -> String -> IO Thread
newThread c n = Thread n c <$> newIORef []

-- | An event with the stamp under the key; answers its number in the thread. Nothing is
-- locked, and nobody else writes to the tape.
record :: Thread -> String -> String -> IO Int
record t key rest = do
  s <- atomicModifyIORef' (counter t) (\n -> (n + 1, n + 1))
  n <- length <$> readIORef (tape t)
  modifyIORef' (tape t) ((s, n, quoted key ++ ":" ++ show s ++ "," ++ rest) :)
  return n

quoted :: String -> String
quoted s = '"' : s ++ "\""

kind :: String -> String
kind k = "\"k\":" ++ quoted k

enter :: Thread -> String -> String -> IO Int
enter t frame more = record t "at" (kind "enter" ++ ",\"frame\":" ++ quoted frame ++ more)

leave :: Thread -> Int -> String -> IO ()
leave t of_ res = void (record t "at" (kind "leave" ++ ",\"of\":" ++ show of_ ++ ",\"res\":" ++ quoted res))

end :: Thread -> IO ()
end t = void (record t "at" (kind "end" ++ ",\"res\":\"returned\""))

-- | A throw of X, recorded.
send :: Thread -> ThreadId -> Int -> IO ()
send t to i = do
  call <- record t "inv" (kind "send" ++ ",\"to\":\"t\",\"id\":" ++ show i ++ ",\"sig\":\"exc\",\"class\":\"X\"")
  throwTo to (X i)
  void (record t "ret" (kind "send" ++ ",\"of\":" ++ show call ++ ",\"res\":\"received\""))

-- | Waits until the thread is blocked in its throw, and records that it did.
await :: Thread -> String -> ThreadId -> IO ()
await t of_ who = do
  call <- record t "inv" (kind "await" ++ ",\"to\":" ++ quoted of_)
  let look = threadStatus who >>= \case ThreadBlocked BlockedOnException -> return (); _ -> yield >> look
  look
  void (record t "ret" (kind "await" ++ ",\"of\":" ++ show call ++ ",\"res\":\"done\""))

-- | Receives one exception where it blocks, under a mask.
receive :: Thread -> MVar () -> IO ()
receive t m = do
  frame <- newIORef 0
  let body = do
        enter t "try" ",\"class\":\"X\"" >>= writeIORef frame
        _ <- record t "inv" (kind "take" ++ ",\"cell\":\"m\"")
        takeMVar m
      handler (X i) = do
        _ <- record t "at" (kind "recv" ++ ",\"id\":" ++ show i)
        readIORef frame >>= \f -> leave t f "unwind"
        h <- enter t "handler" ""
        leave t h "normal"
  body `catch` handler

-- | So many throw, each when the one before is blocked; then all are received.
throwers :: Int -> IO [Thread]
throwers n = do
  c <- newIORef 0
  t <- newThread c "t"
  ks <- forM [1 .. n] (newThread c . ("k" ++) . show)
  s <- newThread c "s"
  [masked, stop, over] <- replicateM 3 newEmptyMVar
  m <- newEmptyMVar
  target <- forkIO $ do
    mask_ $ do
      f <- enter t "mask" ""
      putMVar masked ()
      let spin = tryReadMVar stop >>= maybe (yield >> spin) return -- does not block: nothing is received
      spin
      replicateM_ n (receive t m)
      leave t f "normal"
    end t
    putMVar over ()
  readMVar masked
  ids <- foldM (\before (i, k) -> do
    who <- forkIO $ do
      forM_ (take 1 before) (uncurry (await k))
      send k target i
      end k
      putMVar over ()
    return ((name k, who) : before)) [] (zip [1 ..] ks)
  forM_ (take 1 ids) (uncurry (await s))
  end s
  putMVar stop ()
  replicateM_ (n + 1) (takeMVar over)
  return (t : ks ++ [s])

write :: FilePath -> String -> [Thread] -> IO ()
write dir title ts = do
  all_ <- forM ts $ \t -> map (\(s, n, e) -> (s, "{\"t\":" ++ quoted (name t) ++ ",\"n\":" ++ show n ++ "," ++ e ++ "}")) <$> readIORef (tape t)
  let events = sortOn fst (concat all_)
      header = "{\"interject\":1,\"test\":\"free\",\"name\":" ++ quoted title ++ ",\"edition\":\"ghc@doc2010\",\"runtime\":\"ghc "
        ++ showVersion compilerVersion ++ "\",\"threads\":[" ++ intercalate "," (map (quoted . name) ts)
        ++ "],\"cells\":[{\"name\":\"m\",\"kind\":\"mvar\",\"init\":\"empty\"}],\"observed\":[\"send\",\"take\",\"await\",\"recv\",\"enter\",\"leave\",\"end\"]}"
  writeFile (dir ++ "/" ++ title ++ ".ndjson") . unlines $
    header : map snd events ++ ["{\"over\":\"ended\",\"events\":" ++ show (length events) ++ "}"]

main :: IO ()
main = do
  [dir] <- getArgs
  throwers 1 >>= write dir "ghc-one-thrower"
  throwers 2 >>= write dir "ghc-two-throwers"
