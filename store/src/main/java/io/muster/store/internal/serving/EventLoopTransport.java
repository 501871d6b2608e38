package io.muster.store.internal.serving;

import io.muster.store.internal.concurrent.Uninterruptibles;
import io.muster.store.internal.keyspace.CommandLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    this.loop = new EventLoop(poller, limits, log, nanoTime, CommandLog::inMemory);
    thread.setDaemon(true);
  }

  /**
   * Starts a server without jobs.
   *
   * @throws IOException if the system has no room for it
   */
  public static EventLoopTransport start(ServingLimits limits) throws IOException {
    return start(new NioPoller(), limits, System::nanoTime);
  }

  /** Serves the clients that connect to the jobs of a poller, which it takes over. */
  static EventLoopTransport start(Poller poller, ServingLimits limits, LongSupplier nanoTime) {
    try {
      EventLoopTransport transport = new EventLoopTransport(poller, limits, nanoTime);
      transport.thread.start();
      return transport;
    } catch (Throwable e) {
      poller.close();
      throw e;
    }
  }

  @Override
  public ServedJob addJob(ListenTarget listening, @Nullable ResetWhenIdle resetWhenIdle)
      throws IOException {
    return addJob(ListenSockets.open(listening), new AcceptedOptions(listening), resetWhenIdle);
  }

  /** Adds a job. The sockets are closed if this throws. */
  ServedJob addJob(
      List<ListenSocket> sockets, AcceptedOptions options, @Nullable ResetWhenIdle resetWhenIdle)
      throws IOException {
    try {
      return new Job(onLoop(() -> loop.addJob(sockets, options, resetWhenIdle)));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new RejectedExecutionException(e.getCause());
    } catch (Throwable e) {
      sockets.forEach(socket -> Closing.quietly(socket.channel()));
      throw e;
    }
  }

  /**
   * Runs a task between two iterations of the loop, and blocks until it is done.
   *
   * @throws IllegalStateException if the server has ended
   */
  private <T> T onLoop(Callable<T> work) throws ExecutionException {
    FutureTask<T> task = new FutureTask<>(work);
    tasks.add(task);
    if (closing) {
      task.cancel(false);
    } else {
      poller.wakeUp();
    }
    try {
      return Uninterruptibles.get(task);
    } catch (CancellationException e) {
      throw new IllegalStateException("the server is closed", e);
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
    LastResort lastResort = loop.lastResort();
    try {
      while (!closing) {
        try {
          loop.runOnce();
          runTasks();
          lastResort.worked();
        } catch (Throwable e) {
          // A failure of one connection ends that connection. This is a failure of the system, such
          // as too little memory, and may be temporary. Nothing here may allocate.
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

  /** A job, as other threads see it. */
  private final class Job implements ServedJob {
    private final LoopJob job;

    Job(LoopJob job) {
      this.job = job;
    }

    @Override
    public List<InetSocketAddress> addresses() {
      return job.listener.addresses();
    }

    @Override
    public ServingStatistics statistics() {
      return ofJob(job.state::statistics);
    }

    @Override
    public List<byte[]> keys() {
      return ofJob(job.state.keyspace::keys);
    }

    @Override
    public void clear() {
      Boolean unused =
          ofJob(
              () -> {
                job.state.clear();
                return true;
              });
    }

    @Override
    public void reset() {
      Boolean unused =
          ofJob(
              () -> {
                job.reset("the job has been reset");
                return true;
              });
    }

    @Override
    public void remove() {
      try {
        Boolean unused =
            onLoop(
                () -> {
                  loop.removeJob(job);
                  return true;
                });
      } catch (ExecutionException e) {
        throw new RejectedExecutionException(e.getCause());
      } catch (IllegalStateException e) {
        // The job has ended with the server.
        return;
      }
    }

    private <T> T ofJob(Supplier<T> work) {
      try {
        return onLoop(
            () -> {
              if (!loop.hasJob(job)) {
                throw new IllegalStateException("the job has been removed");
              }
              return work.get();
            });
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IllegalStateException) {
          throw new IllegalStateException("the job has been removed", e);
        }
        throw new RejectedExecutionException(e.getCause());
      }
    }
  }
}
