package io.muster.store.internal.serving;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A poller of {@link FakeSocket}s. It is level-triggered, reports sockets in the order they were
 * accepted, and never blocks.
 */
final class FakePoller implements Poller {
  /** What the loop has done: {@code poll}, {@code look}, {@code read a}, {@code write a}. */
  final List<String> events = Collections.synchronizedList(new ArrayList<>());

  final Faults faults = new Faults();
  private final List<FakeListener> listeners = new ArrayList<>();
  private final List<FakeSocket> watched = new ArrayList<>();
  private boolean accepting = true;
  private boolean idle;
  private long lastMillis;

  /** A client of the first job connects. */
  void arrive(FakeSocket socket) {
    arrive(0, socket);
  }

  /** A client connects. */
  void arrive(int job, FakeSocket socket) {
    listeners.get(job).arriving.add(socket);
  }

  /** The clients that were accepted, whether connected or not. */
  Stream<FakeSocket> clients() {
    return watched.stream();
  }

  /** Whether the last poll would have blocked. */
  boolean isIdle() {
    return idle;
  }

  /** How long the last poll might have blocked; -1 without limit. */
  long lastMillis() {
    return lastMillis;
  }

  boolean isAccepting() {
    return accepting;
  }

  @Override
  public Listener listen(List<ListenSocket> sockets, AcceptedOptions options) {
    FakeListener listener = new FakeListener();
    listeners.add(listener);
    return listener;
  }

  @Override
  public boolean poll(long millis) {
    events.add(millis == 0 ? "look" : "poll");
    lastMillis = millis;
    faults.pass(Faults.Step.POLL);
    List<FakeSocket> ready = watched.stream().filter(FakeSocket::isReady).toList();
    boolean acceptable =
        accepting && listeners.stream().anyMatch(listener -> !listener.arriving.isEmpty());
    idle = millis != 0 && ready.isEmpty() && !acceptable;
    ready.forEach(FakeSocket::report);
    return acceptable;
  }

  @Override
  public void wakeUp() {}

  @Override
  public void watch(NonBlockingSocket socket, Readiness readiness) {
    FakeSocket fake = (FakeSocket) socket;
    fake.watchedBy(readiness);
    watched.add(fake);
  }

  @Override
  public void setAccepting(boolean accepting) {
    faults.pass(Faults.Step.SET_ACCEPTING);
    this.accepting = accepting;
  }

  @Override
  public void close() {}

  private final class FakeListener implements Listener {
    private final Queue<FakeSocket> arriving = new ArrayDeque<>();

    @Override
    public List<InetSocketAddress> addresses() {
      return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    }

    @Override
    public @Nullable NonBlockingSocket accept() {
      faults.pass(Faults.Step.ACCEPT);
      return arriving.poll();
    }

    @Override
    public void close() {
      listeners.remove(this);
    }
  }
}
