package io.muster.store.internal.client;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A socket's input whose reads end if nothing comes: another thread looks now and then, and closes
 * the socket. The JDK's own limit, {@code SO_TIMEOUT}, would cost every read two system calls more,
 * a tenth of a round trip. A read that took too long leaves the socket closed.
 */
final class AnswerWatch extends InputStream {
  private static final int LOOKS_PER_LIMIT = 8;
  private static final long NOT_READING = 0;

  private final InputStream in;
  private final Closeable socket;

  /** Since when a read is under way; guesses are good enough, so that 0 may stand for none. */
  private volatile long readingSince = NOT_READING;

  private volatile boolean expired;
  private @Nullable ScheduledFuture<?> looks;

  AnswerWatch(InputStream in, Closeable socket) {
    this.in = in;
    this.socket = socket;
  }

  /**
   * Limits each read from now on. It ends up to an eighth later than that.
   *
   * @param nanos {@link Long#MAX_VALUE} for no limit
   */
  synchronized void limit(long nanos) {
    if (looks != null) {
      looks.cancel(false);
      looks = null;
    }
    if (nanos < Long.MAX_VALUE) {
      long pause = Math.max(nanos / LOOKS_PER_LIMIT, TimeUnit.MILLISECONDS.toNanos(1));
      looks =
          WatchThread.EXECUTOR.scheduleWithFixedDelay(
              () -> look(nanos), nanos, pause, TimeUnit.NANOSECONDS);
    }
  }

  private void look(long limit) {
    long since = readingSince;
    if (since != NOT_READING && System.nanoTime() - since >= limit) {
      expired = true;
      close();
    }
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    readingSince = System.nanoTime() | 1;
    try {
      return in.read(bytes, from, length);
    } catch (SocketException | ClosedChannelException e) {
      if (!expired) {
        throw e;
      }
      SocketTimeoutException timeout = new SocketTimeoutException("the server does not answer");
      timeout.initCause(e);
      throw timeout;
    } finally {
      readingSince = NOT_READING;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /** Closes the socket, also under a thread that reads. */
  @Override
  public void close() {
    limit(Long.MAX_VALUE);
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
      return;
    }
  }
}
