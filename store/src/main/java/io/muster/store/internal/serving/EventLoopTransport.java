package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One thread that accepts, reads, serves and writes. It owns the {@link ServerState}, so that
 * nothing is handed over and nothing locked.
 */
public final class EventLoopTransport implements Transport {
  private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * How many connections are accepted before those that are there are looked after again: as many
   * as the system's queue holds unless it was told otherwise. Who finds it full tries again a
   * second later, so that it has to be emptied, however slow the code is that is not compiled yet.
   */
  private static final int ACCEPTED_AT_ONCE = 4_096;

  private final ServerState state;
  private final RateLimitedLog log = new RateLimitedLog();
  private final Poller poller;
  private final DeferredTurns deferred = new DeferredTurns();
  private final ReplyBuffer replyBuffer = new ReplyBuffer();
  private final ReadBuffer readBuffer = new ReadBuffer();
  private final WakeupBatch wakeups = new WakeupBatch();
  private final Queue<FutureTask<?>> tasks = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "muster-store");
  private volatile boolean closing;
  private volatile boolean failed;

  /** Whether accepting has failed, and when it is tried again. */
  private boolean acceptsLater;

  private long acceptAgain;

  private EventLoopTransport(Poller poller, ServingLimits limits) {
    this.poller = poller;
    this.state = new ServerState(limits);
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
    return start(poller(listening), limits);
  }

  /** Serves the clients that connect to a poller, which it takes over. */
  static EventLoopTransport start(Poller poller, ServingLimits limits) {
    EventLoopTransport transport = new EventLoopTransport(poller, limits);
    transport.thread.start();
    return transport;
  }

  private static Poller poller(ListenTarget listening) throws IOException {
    if (listening instanceof ListenTarget.OnAddresses on) {
      return new NioPoller(ListenSockets.open(on), new AcceptedOptions(on));
    }
    if (listening instanceof ListenTarget.OnChannel on) {
      return new NioPoller(List.of(on.channel()), new AcceptedOptions(on));
    }
    ListenTarget.OnDescriptor on = (ListenTarget.OnDescriptor) listening;
    return EpollPoller.listening(on);
  }

  @Override
  public List<InetSocketAddress> addresses() {
    return poller.addresses();
  }

  @Override
  public ServingStatistics statistics() {
    FutureTask<ServingStatistics> task = new FutureTask<>(state::statistics);
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
    Threads.uninterrupted(thread::join);
  }

  private void run() {
    try {
      while (!closing) {
        try {
          turn();
          state.lastResort.worked();
        } catch (Throwable e) {
          // What a connection fails with ends that connection; this is the system's failing, or
          // memory's, and the next turn may have better luck. Nothing here may need memory.
          boolean hopeless = state.lastResort.failed(e);
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

  private void turn() throws IOException {
    if (serveReady()) {
      accept();
    }
    deferred.work();
    replyBuffer.sendHeld();
    if (!wakeups.isEmpty()) {
      wakeups.deliver();
    }
    for (FutureTask<?> task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    if (acceptsLater && System.nanoTime() - acceptAgain >= 0) {
      // In this order: if it fails, it is tried again.
      poller.setAccepting(true);
      acceptsLater = false;
    }
  }

  /**
   * Serves the clients that are ready, and sends the replies once no other client is.
   *
   * <p>The poll before the replies keeps the order in which requests arrive. A level-triggered
   * epoll leaves each reported socket in its list until the next poll, so a client that had its
   * reply could ask again and be reported before a client that wrote earlier.
   *
   * @return whether connections may be there to accept
   */
  private boolean serveReady() throws IOException {
    boolean acceptable = poller.poll(pollMillis());
    for (int held = 0; replyBuffer.held() > held; ) {
      held = replyBuffer.held();
      acceptable |= poller.poll(0);
    }
    replyBuffer.sendHeld();
    return acceptable;
  }

  private long pollMillis() {
    // Replies are held here only if the last poll failed.
    if (!deferred.isEmpty() || replyBuffer.held() > 0) {
      return 0;
    }
    return acceptsLater
        ? 1 + TimeUnit.NANOSECONDS.toMillis(Math.max(0, acceptAgain - System.nanoTime()))
        : -1;
  }

  private void accept() throws IOException {
    try {
      for (int accepted = 0; accepted < ACCEPTED_AT_ONCE; accepted++) {
        NonBlockingSocket socket = poller.accept();
        if (socket == null) {
          return;
        }
        begin(socket);
      }
    } catch (Throwable e) {
      // Such as too many open files, which may pass.
      state.lastResort.relieve(e);
      log.acceptFailed(e);
      acceptAgain = System.nanoTime() + ACCEPT_PAUSE_NANOS;
      acceptsLater = true;
      poller.setAccepting(false);
    }
  }

  private void begin(NonBlockingSocket socket) {
    String noRoom = state.connected();
    if (noRoom != null) {
      log.disconnecting(socket.remoteAddress(), noRoom);
      socket.close();
      return;
    }
    try {
      wakeups.reserve(state.openConnections());
      poller.watch(
          socket,
          new EventLoopConnection(socket, state, log, readBuffer, replyBuffer, deferred, wakeups));
    } catch (IOException e) {
      // The client has disconnected already.
      refuse(socket);
    } catch (Throwable e) {
      state.lastResort.relieve(e);
      refuse(socket);
      log.acceptFailed(e);
    }
  }

  private void refuse(NonBlockingSocket socket) {
    state.disconnected();
    socket.close();
  }
}
