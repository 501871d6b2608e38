package io.muster.store.internal.serving;

import io.muster.store.internal.concurrent.Uninterruptibles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/** One thread that runs an {@link EventLoop} until it is closed or can do nothing any more. */
public final class EventLoopTransport implements Transport {
  private final RateLimitedLog log = new RateLimitedLog();
  private final Poller poller;
  private final EventLoop loop;
  private final Queue<FutureTask<?>> tasks = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "muster-store");
  private volatile boolean closing;
  private volatile boolean failed;

  private EventLoopTransport(Poller poller, ServingLimits limits, LongSupplier nanoTime) {
    this.poller = poller;
    this.loop = new EventLoop(poller, limits, log, nanoTime);
    thread.setDaemon(true);
  }

  /**
   * Listens, and serves from now on.
   *
   * @throws IOException if it cannot listen
   * @throws UnsupportedOperationException if it is to listen on a descriptor and this is not Linux
   */
  public static EventLoopTransport start(ListenTarget listening, ServingLimits limits)
      throws IOException {
    return start(
        new NioPoller(ListenSockets.open(listening), new AcceptedOptions(listening)),
        limits,
        System::nanoTime);
  }

  /** Serves the clients that connect to a poller, which it takes over. */
  static EventLoopTransport start(Poller poller, ServingLimits limits, LongSupplier nanoTime) {
    EventLoopTransport transport = new EventLoopTransport(poller, limits, nanoTime);
    transport.thread.start();
    return transport;
  }

  @Override
  public List<InetSocketAddress> addresses() {
    return poller.addresses();
  }

  @Override
  public ServingStatistics statistics() {
    FutureTask<ServingStatistics> task = new FutureTask<>(loop.state()::statistics);
    tasks.add(task);
    if (closing) {
      task.cancel(false);
    } else {
      poller.wakeUp();
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (CancellationException e) {
      throw new IllegalStateException("the server is closed", e);
    } catch (ExecutionException e) {
      throw new RejectedExecutionException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean awaitEnd() throws InterruptedException {
    thread.join();
    return !failed;
  }

  @Override
  public void close() {
    closing = true;
    poller.wakeUp();
    Uninterruptibles.await(thread::join);
  }

  private void run() {
    LastResort lastResort = loop.state().lastResort;
    try {
      while (!closing) {
        try {
          loop.runOnce();
          runTasks();
          lastResort.worked();
        } catch (Throwable e) {
          // What a connection fails with ends that connection; this is the system's failing, or
          // memory's, and the next iteration may have better luck. Nothing here may need memory.
          boolean hopeless = lastResort.failed(e);
          log.serverFailed(e);
          if (hopeless) {
            failed = true;
            closing = true;
          } else {
            Threads.pause();
          }
        }
      }
    } finally {
      end();
    }
  }

  private void runTasks() {
    for (FutureTask<?> task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private void end() {
    closing = true;
    try {
      poller.close();
    } catch (Throwable e) {
      log.serverFailed(e);
    }
    for (FutureTask<?> task = tasks.poll(); task != null; task = tasks.poll()) {
      task.cancel(false);
    }
  }
}
