package io.muster.rpc.internal.transport;

import io.grpc.Attributes;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What one client has sent of which this worker has had nothing yet: calls whose messages are still
 * on their way, which have a time to arrive in, and work for nothing, which ends its connection
 * when it is too much. Thread-safe.
 */
final class ClientConnection {
  static final Attributes.Key<ClientConnection> KEY = Attributes.Key.create("muster-connection");

  /** So many offences within {@link #WINDOW} end a connection. */
  private static final int MOST_STRIKES = 200;

  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final Channel channel;
  private final ArrivalLimits limits;
  private final Map<Arriving, Long> arriving = new LinkedHashMap<>();
  private boolean sweeping;
  private long windowStart = System.nanoTime();
  private int strikes;
  private int wasted;
  private boolean cutOff;

  /** A call whose message is on its way. */
  interface Arriving {
    /** It did not arrive in time. */
    void late();
  }

  ClientConnection(Channel channel, ArrivalLimits limits) {
    this.channel = channel;
    this.limits = limits;
  }

  /** A message is on its way; false if too many are. */
  boolean begins(Arriving call) {
    synchronized (this) {
      if (!limits.admits(arriving.size())) {
        return false;
      }
      arriving.put(call, System.nanoTime());
      if (sweeping) {
        return true;
      }
      sweeping = true;
    }
    sweepLater();
    return true;
  }

  /** A message has arrived, or will not any more. */
  synchronized void ends(Arriving call) {
    if (arriving.remove(call) != null) {
      limits.leaves();
    }
  }

  private void sweepLater() {
    var unused =
        channel
            .eventLoop()
            .schedule(this::sweep, limits.timeout().toNanos() / 4, TimeUnit.NANOSECONDS);
  }

  private void sweep() {
    List<Arriving> late = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      for (Map.Entry<Arriving, Long> entry : arriving.entrySet()) {
        if (now - entry.getValue() < limits.timeout().toNanos()) {
          break;
        }
        late.add(entry.getKey());
      }
      sweeping = late.size() < arriving.size();
    }
    if (sweeping) {
      sweepLater();
    }
    for (Arriving call : late) {
      ends(call);
      call.late();
    }
  }

  /** The client has done what no worker does; false if the connection is closed for it. */
  boolean strike(String what) {
    return isTolerable(what, true);
  }

  /** A call has ended before its message had arrived. */
  void wastes() {
    boolean unused = isTolerable("calls given up before their messages", false);
  }

  private boolean isTolerable(String what, boolean isStrike) {
    synchronized (this) {
      if (cutOff) {
        return false;
      }
      long now = System.nanoTime();
      if (now - windowStart > WINDOW.toNanos()) {
        windowStart = now;
        strikes = 0;
        wasted = 0;
      }
      int count = isStrike ? ++strikes : ++wasted;
      if (count <= (isStrike ? MOST_STRIKES : limits.resets())) {
        return true;
      }
      cutOff = true;
    }
    RateLimitedLog.warn(
        String.format(Locale.ROOT, "disconnecting %s: too many %s", channel.remoteAddress(), what));
    // Not by way of gRPC, which would wait for the client to end its calls.
    var unused = channel.pipeline().firstContext().close();
    return false;
  }
}
