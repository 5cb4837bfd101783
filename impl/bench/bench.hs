-- The operations of impl's benchmarks in GHC, on one capability. Each line that it prints
-- is a name and the processor time of one operation in ns.
import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.IORef
import GHC.Conc (BlockReason (..), ThreadStatus (..), threadStatus)
import GHC.IO (unsafeUnmask)
import System.CPUTime

data X = X deriving (Show)

instance Exception X

times :: Int -> IO () -> IO ()
times 0 _ = return ()
times n act = act >> times (n - 1) act

report :: String -> Int -> IO () -> IO ()
report name n act = do
  begin <- getCPUTime
  act
  end <- getCPUTime
  putStrLn (name ++ " " ++ show (fromIntegral (end - begin) / 1000 / fromIntegral n :: Double))

ignore :: IO () -> IO ()
ignore act = act `catch` \X -> return ()

main :: IO ()
main = do
  sink <- newIORef (0 :: Int)
  let ok = modifyIORef' sink (+ 1)
      many = 1000000
  report "mask" many (times many (mask_ ok))
  report "mask-restore" many (times many (mask (\restore -> restore ok)))
  report "catch" many (times many (ignore ok))
  report "catch-error" many (times many (ignore (throwIO X)))
  report "finally" many (times many (ok `finally` ok))
  report "bracket" many (times many (void (bracket (return (1 :: Int)) (const (return ())) (const ok))))
  cell <- newMVar ()
  report "mvar" many (times many (takeMVar cell >> putMVar cell ()))

  never <- newEmptyMVar :: IO (MVar ())
  parked <- mask_ (forkIO (forever (ignore (takeMVar never))))
  yield
  report "parked" 200000 (times 200000 (throwTo parked X))
  killThread parked `seq` return ()

  masked <- mask_ (forkIO (forever (ignore (unsafeUnmask (return ())) >> yield)))
  yield
  report "masked" 200000 (times 200000 (throwTo masked X))

  report "spawn" 100000 $ times 100000 $ do
    done <- newEmptyMVar
    t <- mask_ (forkIO ((takeMVar never `catch` \e -> const (return ()) (e :: SomeException)) >> putMVar done ()))
    killThread t
    takeMVar done

  forM_ [100, 1000, 10000] (throwers never)

-- throwers: n threads are blocked in a throw to one that then receives them all.
throwers :: MVar () -> Int -> IO ()
throwers _ n = do
  gate <- newEmptyMVar
  drained <- newEmptyMVar
  target <- uninterruptibleMask_ (forkIO (takeMVar gate >> times n (ignore (unsafeUnmask (return ()))) >> putMVar drained ()))
  yield
  all' <- replicateM n (forkIO (throwTo target X))
  let blocked t = (== ThreadBlocked BlockedOnException) <$> threadStatus t
      await = do
        yes <- and <$> mapM blocked all'
        unless yes (yield >> await)
  await
  report ("throwers-" ++ show n) n (putMVar gate () >> takeMVar drained)
