package io.muster.store.internal.client;

import io.muster.store.internal.text.PrintableText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Resolves host names within a time limit. */
public final class Resolver {
  /** An IPv4 or IPv6 address, which needs no resolution. */
  private static final Pattern LITERAL =
      Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F.]*:[0-9a-fA-F:.%]*]?");

  private Resolver() {}

  /**
   * Returns the addresses of a host, at least one.
   *
   * @throws UnknownHostException if it has none, or the resolution takes longer than {@code
   *     timeoutNanos}
   * @throws InterruptedException if the thread is interrupted
   */
  public static List<InetAddress> resolve(String host, long timeoutNanos)
      throws UnknownHostException, InterruptedException {
    if (LITERAL.matcher(host).matches()) {
      return List.of(InetAddress.getAllByName(host));
    }
    CompletableFuture<List<InetAddress>> lookUp = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                lookUp.complete(List.of(InetAddress.getAllByName(host)));
              } catch (Throwable e) {
                lookUp.completeExceptionally(e);
              }
            },
            "muster-resolve-" + host);
    thread.setDaemon(true);
    thread.start();
    try {
      return lookUp.get(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownHostException unknown) {
        throw unknown(String.valueOf(unknown.getMessage()), null);
      }
      throw unknown("looking up " + host + " failed", e.getCause());
    } catch (TimeoutException e) {
      throw unknown("looking up " + host + " failed: no result within the timeout", e);
    }
  }

  private static UnknownHostException unknown(String message, @Nullable Throwable cause) {
    UnknownHostException unknown = new UnknownHostException(PrintableText.of(message));
    unknown.initCause(cause);
    return unknown;
  }
}
