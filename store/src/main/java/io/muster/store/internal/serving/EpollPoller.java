package io.muster.store.internal.serving;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Platform;
import io.muster.store.internal.jna.Jna;
import io.muster.store.internal.serving.LinuxSockets.Address;
import io.muster.store.internal.socket.KeepAlive;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Linux's epoll, for a listening socket that this process knows only by its descriptor: the JDK
 * makes no channel of one.
 */
final class EpollPoller implements Poller {
  private static final int EVENTS = 256;

  /** Where an event's data is, and how long an event: packed on one architecture only. */
  private static final int DATA = Platform.isIntel() ? 4 : 8;

  private static final int EVENT_BYTES = DATA + 8;

  private static final int EPOLLIN = 1;
  private static final int EPOLLOUT = 4;

  /** These are told whether wanted or not: the next read or write says what they are. */
  private static final int EPOLLERR_OR_HUP = 8 | 16;

  private final int epoll;
  private final int listener;
  private final KeepAlive keepAlive;
  private final int wakeUps;
  private final InetSocketAddress address;
  private final Memory events = new Memory((long) EVENTS * EVENT_BYTES);
  private final Memory event = new Memory(EVENT_BYTES);
  private final Map<Integer, Accepted> links = new HashMap<>();

  /** Takes the first two over. */
  private EpollPoller(int epoll, int wakeUps, ListenTarget.OnDescriptor on) throws IOException {
    this.listener = on.descriptor();
    this.keepAlive = on.keepAlive();
    this.epoll = epoll;
    this.wakeUps = wakeUps;
    try {
      this.address = LinuxSockets.address(listener, Address.LOCAL);
      control(LinuxSockets.ADD, wakeUps, EPOLLIN);
      control(LinuxSockets.ADD, listener, EPOLLIN);
    } catch (IOException | RuntimeException e) {
      LinuxSockets.close(wakeUps);
      LinuxSockets.close(epoll);
      throw e;
    }
  }

  /**
   * Listens on a bound socket, which belongs to the poller from now on.
   *
   * @throws IOException if there is no such socket, or JNA cannot be used
   * @throws UnsupportedOperationException if this is not Linux
   */
  static EpollPoller listening(ListenTarget.OnDescriptor on) throws IOException {
    if (!Platform.isLinux()) {
      throw new UnsupportedOperationException(
          "listening on descriptor " + on.descriptor() + " needs Linux; use a ServerSocketChannel");
    }
    Jna.requireLoaded();
    LinuxSockets.listen(on.descriptor(), on.backlog());
    int epoll = LinuxSockets.epoll();
    int wakeUps;
    try {
      wakeUps = LinuxSockets.eventCounter();
    } catch (IOException | RuntimeException e) {
      LinuxSockets.close(epoll);
      throw e;
    }
    return new EpollPoller(epoll, wakeUps, on);
  }

  @Override
  public List<InetSocketAddress> addresses() {
    return List.of(address);
  }

  @Override
  public boolean poll(long millis) throws IOException {
    int ready = LinuxSockets.wait(epoll, events, EVENTS, (int) millis);
    boolean acceptable = false;
    for (int i = 0; i < ready; i++) {
      int which = events.getInt((long) i * EVENT_BYTES);
      int descriptor = events.getInt((long) i * EVENT_BYTES + DATA);
      if (descriptor == listener) {
        acceptable = true;
      } else if (descriptor == wakeUps) {
        LinuxSockets.takeCount(wakeUps);
      } else {
        tell(descriptor, which);
      }
    }
    return acceptable;
  }

  private void tell(int descriptor, int which) {
    Accepted socket = links.get(descriptor);
    if (socket != null && socket.readiness != null) {
      boolean failed = (which & EPOLLERR_OR_HUP) != 0;
      socket.readiness.ready(failed || (which & EPOLLIN) != 0, failed || (which & EPOLLOUT) != 0);
    }
  }

  @Override
  public void wakeUp() {
    LinuxSockets.count(wakeUps);
  }

  @Override
  public @Nullable NonBlockingSocket accept() throws IOException {
    int descriptor = LinuxSockets.accept(listener);
    return descriptor < 0 ? null : new Accepted(descriptor);
  }

  @Override
  public void watch(NonBlockingSocket socket, Readiness readiness) throws IOException {
    Accepted accepted = (Accepted) socket;
    LinuxSockets.sendAtOnceAndKeepAlive(accepted.descriptor, keepAlive);
    accepted.readiness = readiness;
    links.put(accepted.descriptor, accepted);
    accepted.setInterest(true, false);
  }

  @Override
  public void setAccepting(boolean wanted) throws IOException {
    control(LinuxSockets.MODIFY, listener, wanted ? EPOLLIN : 0);
  }

  @Override
  public void close() {
    LinuxSockets.close(listener);
    for (Accepted socket : links.values()) {
      LinuxSockets.close(socket.descriptor);
    }
    links.clear();
    LinuxSockets.close(wakeUps);
    LinuxSockets.close(epoll);
  }

  private void control(int operation, int descriptor, int which) throws IOException {
    event.setInt(0, which);
    event.setLong(DATA, descriptor);
    LinuxSockets.control(epoll, operation, descriptor, event);
  }

  private final class Accepted implements NonBlockingSocket {
    private final int descriptor;
    private @Nullable Readiness readiness;
    private boolean awaited;

    Accepted(int descriptor) {
      this.descriptor = descriptor;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      return LinuxSockets.read(descriptor, into);
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
      LinuxSockets.write(descriptor, from);
    }

    /** One who waits for nothing is not watched, else epoll would tell of its end for ever. */
    @Override
    public void setInterest(boolean input, boolean output) throws IOException {
      int which = (input ? EPOLLIN : 0) | (output ? EPOLLOUT : 0);
      if (which != 0) {
        control(awaited ? LinuxSockets.MODIFY : LinuxSockets.ADD, descriptor, which);
      } else if (awaited) {
        control(LinuxSockets.REMOVE, descriptor, 0);
      }
      awaited = which != 0;
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
      try {
        return LinuxSockets.address(descriptor, Address.REMOTE);
      } catch (IOException | LastErrorException e) {
        return null;
      }
    }

    @Override
    public void close() {
      try {
        links.remove(descriptor, this);
      } finally {
        LinuxSockets.close(descriptor);
      }
    }
  }
}
