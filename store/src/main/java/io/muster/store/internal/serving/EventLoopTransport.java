package io.muster.store.internal.serving;

import io.muster.store.internal.commit.JobContents;
import io.muster.store.internal.commit.JobRecord;
import io.muster.store.internal.concurrent.Uninterruptibles;
import io.muster.store.internal.journal.Journal;
import io.muster.store.internal.keyspace.CommandLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One thread that runs an {@link EventLoop} until it is closed or can do nothing any more. */
public final class EventLoopTransport implements Transport, LoopTasks {
  private final RateLimitedLog log = new RateLimitedLog();
  private final Poller poller;
  private final EventLoop loop;
  private final Queue<FutureTask<?>> tasks = new ConcurrentLinkedQueue<>();

  /** The long tasks that are not done. */
  private final Set<Awaited> awaited = ConcurrentHashMap.newKeySet();

  private final Thread thread = new Thread(this::run, "muster-store");

  /** Null if the server's contents are in memory only. */
  private final @Nullable JournaledServer journaled;

  private volatile boolean closing;
  private volatile boolean failed;

  private EventLoopTransport(
      Poller poller, ServingLimits limits, LongSupplier nanoTime, @Nullable Journal journal) {
    this.poller = poller;
    this.loop = new EventLoop(poller, limits, log, nanoTime, CommandLog::inMemory);
    this.journaled =
        journal == null ? null : new JournaledServer(this, journal, limits.storedBytes());
    thread.setDaemon(true);
  }

  /**
   * Starts a server without jobs.
   *
   * @throws IOException if the system has no room for it
   */
  public static EventLoopTransport start(ServingLimits limits) throws IOException {
    return start(new NioPoller(), limits, System::nanoTime, null);
  }

  /**
   * Starts a server without jobs, which records all changes in a journal and closes it at the end.
   * {@link #recover} is to be called next.
   *
   * @throws IOException if the system has no room for it
   */
  public static EventLoopTransport start(ServingLimits limits, Journal journal) throws IOException {
    return start(new NioPoller(), limits, System::nanoTime, journal);
  }

  /** Serves the clients that connect to the jobs of a poller, which it takes over. */
  static EventLoopTransport start(
      Poller poller, ServingLimits limits, LongSupplier nanoTime, @Nullable Journal journal) {
    try {
      EventLoopTransport transport = new EventLoopTransport(poller, limits, nanoTime, journal);
      transport.thread.start();
      return transport;
    } catch (Throwable e) {
      poller.close();
      throw e;
    }
  }

  /**
   * Restores the contents from the journal. Blocks until commands can be recorded.
   *
   * @throws IOException if the journal cannot be read or written; the server is to be closed then
   */
  public void recover() throws IOException {
    if (journaled != null) {
      journaled.open();
    }
  }

  @Override
  public List<JobRecord> recordedJobs() throws IOException {
    return journaled == null ? List.of() : journaled.jobs();
  }

  @Override
  public ServedJob addJob(NewJob job) throws IOException {
    return addJob(ListenSockets.open(job.listening()), new AcceptedOptions(job.listening()), job);
  }

  /** Adds a job. The sockets are closed if this throws. */
  ServedJob addJob(List<ListenSocket> sockets, AcceptedOptions options, NewJob job)
      throws IOException {
    try {
      return journaled == null
          ? new Job(call(() -> loop.addJob(sockets, options, job.resetWhenIdle())), 0)
          : addJob(sockets, options, job, journaled);
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

  private ServedJob addJob(
      List<ListenSocket> sockets, AcceptedOptions options, NewJob job, JournaledServer server)
      throws IOException, ExecutionException {
    JobContents contents = server.put(job, sockets.get(0).address().getPort());
    return new Job(
        call(() -> loop.addJob(sockets, options, job.resetWhenIdle(), server.keysOf(contents))),
        contents.record().number());
  }

  @Override
  public <T> T call(Callable<T> work) throws ExecutionException {
    FutureTask<T> task = new FutureTask<>(work);
    add(task);
    try {
      return Uninterruptibles.get(task);
    } catch (CancellationException e) {
      throw new IllegalStateException("the server is closed", e);
    }
  }

  @Override
  public void await(LongTask task) throws ExecutionException {
    Awaited end = new Awaited();
    awaited.add(end);
    try {
      boolean unusedBegun =
          call(
              () -> {
                task.begin(() -> end.done.complete(true));
                return true;
              });
      boolean unusedDone = Uninterruptibles.get(end.done);
    } catch (CancellationException e) {
      throw new IllegalStateException("the server is closed", e);
    } finally {
      awaited.remove(end);
    }
  }

  /** The end of a long task. */
  private static final class Awaited {
    final CompletableFuture<Boolean> done = new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<Void> submit(Task work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    add(
        new FutureTask<>(
            () -> {
              try {
                work.run();
                return done.complete(null);
              } catch (Throwable e) {
                return done.completeExceptionally(e);
              }
            }) {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            done.cancel(false);
            return super.cancel(mayInterrupt);
          }
        });
    return done;
  }

  private void add(FutureTask<?> task) {
    tasks.add(task);
    if (closing) {
      task.cancel(false);
    } else {
      poller.wakeUp();
    }
  }

  @Override
  public void stop(Throwable reason) {
    if (closing) {
      return;
    }
    log.stopping(reason);
    failed = true;
    closing = true;
    poller.wakeUp();
  }

  @Override
  public boolean awaitEnd() throws InterruptedException {
    thread.join();
    return !failed;
  }

  @Override
  public void close() {
    if (journaled != null) {
      journaled.close();
    }
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
          if (runTasks()) {
            // A task may have ended a snapshot, or waits.
            loop.settle();
            loop.deliver();
          }
          if (journaled != null && !closing) {
            journaled.flush();
          }
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
            // The turn may have left tasks and changes.
            poller.wakeUp();
          }
        }
      }
    } finally {
      end();
    }
  }

  /**
   * Runs the tasks; returns whether there was one. No task is run after one that has {@linkplain
   * #stop stopped} the server, because the contents may be incomplete then.
   */
  private boolean runTasks() {
    boolean any = false;
    while (!closing) {
      FutureTask<?> task = tasks.poll();
      if (task == null) {
        break;
      }
      task.run();
      any = true;
    }
    return any;
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
    awaited.forEach(each -> each.done.cancel(false));
  }

  /** A job, as other threads see it. */
  private final class Job implements ServedJob {
    private final LoopJob job;

    /** Its number in the journal, if the server has one. */
    private final int number;

    Job(LoopJob job, int number) {
      this.job = job;
      this.number = number;
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
      await(job.state::clear);
    }

    @Override
    public void reset() {
      await(done -> job.reset("the job has been reset", done));
    }

    @Override
    public void remove() {
      try {
        EventLoopTransport.this.await(this::remove);
      } catch (ExecutionException e) {
        throw new RejectedExecutionException(e.getCause());
      } catch (IllegalStateException e) {
        // The job has ended with the server.
        return;
      }
    }

    private void remove(Runnable done) {
      if (journaled == null) {
        loop.removeJob(job);
        done.run();
      } else if (loop.disconnectJob(job)) {
        journaled.remove(
            number,
            () -> {
              job.state.end();
              done.run();
            });
      } else {
        done.run();
      }
    }

    private <T> T ofJob(Supplier<T> work) {
      try {
        return call(
            () -> {
              requireJob();
              return work.get();
            });
      } catch (ExecutionException e) {
        throw failure(e);
      }
    }

    private void await(LongTask work) {
      try {
        EventLoopTransport.this.await(
            done -> {
              requireJob();
              work.begin(done);
            });
      } catch (ExecutionException e) {
        throw failure(e);
      }
    }

    private void requireJob() {
      if (!loop.hasJob(job)) {
        throw new IllegalStateException("the job has been removed");
      }
    }

    private RuntimeException failure(ExecutionException e) {
      return e.getCause() instanceof IllegalStateException
          ? new IllegalStateException("the job has been removed", e)
          : new RejectedExecutionException(e.getCause());
    }
  }
}
