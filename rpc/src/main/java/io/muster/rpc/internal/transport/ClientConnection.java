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
 * What one client costs this worker before a call of it runs. Messages that are arriving have to be
 * complete within a time limit. A client that causes too much work without calls that run is
 * disconnected. Thread-safe.
 */
final class ClientConnection {
  static final Attributes.Key<ClientConnection> KEY = Attributes.Key.create("muster-connection");

  /** A client with more offences than this per {@link #WINDOW} is disconnected. */
  private static final int MAX_OFFENCES = 200;

  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final Channel channel;
  private final ArrivalLimits limits;
  private final Map<Arriving, Long> arriving = new LinkedHashMap<>();
  private boolean isSweepScheduled;
  private long windowStart = System.nanoTime();
  private int offences;
  private int wasted;
  private boolean isCutOff;

  /** A call whose message is arriving. */
  interface Arriving {
    /** Called when the message was not complete in time. */
    void late();
  }

  ClientConnection(Channel channel, ArrivalLimits limits) {
    this.channel = channel;
    this.limits = limits;
  }

  /** Registers a call whose message is arriving; false if too many are. */
  boolean begin(Arriving call) {
    synchronized (this) {
      if (!limits.admit(arriving.size())) {
        return false;
      }
      arriving.put(call, System.nanoTime());
      if (isSweepScheduled) {
        return true;
      }
      isSweepScheduled = true;
    }
    sweepLater();
    return true;
  }

  /** Removes a call whose message is complete, or will never be. */
  synchronized void end(Arriving call) {
    if (arriving.remove(call) != null) {
      limits.release();
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
    boolean again;
    synchronized (this) {
      long now = System.nanoTime();
      for (Map.Entry<Arriving, Long> entry : arriving.entrySet()) {
        if (now - entry.getValue() < limits.timeout().toNanos()) {
          break;
        }
        late.add(entry.getKey());
      }
      again = late.size() < arriving.size();
      isSweepScheduled = again;
    }
    if (again) {
      sweepLater();
    }
    for (Arriving call : late) {
      end(call);
      call.late();
    }
  }

  /**
   * Counts something that no worker does.
   *
   * @param what the offence, in the plural
   * @return false if the client has been disconnected for it
   */
  boolean countOffence(String what) {
    return isTolerable(what, true);
  }

  /** Counts a call that ended before its message was complete. */
  void countWasted() {
    boolean unused = isTolerable("calls cancelled before their messages were complete", false);
  }

  private boolean isTolerable(String what, boolean isOffence) {
    synchronized (this) {
      if (isCutOff) {
        return false;
      }
      long now = System.nanoTime();
      if (now - windowStart > WINDOW.toNanos()) {
        windowStart = now;
        offences = 0;
        wasted = 0;
      }
      int count = isOffence ? ++offences : ++wasted;
      if (count <= (isOffence ? MAX_OFFENCES : limits.maxResets())) {
        return true;
      }
      isCutOff = true;
    }
    RateLimitedLog.warn(
        String.format(Locale.ROOT, "disconnecting %s: too many %s", channel.remoteAddress(), what));
    // gRPC would wait until the client has ended its calls.
    var unused = channel.pipeline().firstContext().close();
    return false;
  }
}
