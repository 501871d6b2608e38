package io.muster.store.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.wire.WireLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The event loop sends replies after a poll that found no other client ready. Fault G1.
 *
 * <p>A client that had its reply before that poll could overtake an earlier write of another client
 * with its next request. The threaded backend has no such order to keep: see {@code
 * docs/compatibility.md}.
 */
class ReplyOrderTest {
  private static final long PATIENCE_SECONDS = 20;

  private static final byte[] VALIDATE_AND_PING = HexFormat.of().parseHex("00cef7853c0d07000000");

  private static final byte[] VALIDATE = HexFormat.of().parseHex("00cef7853c");

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  @Test
  void replies_areSent_whenNobodyElseIsReady() throws InterruptedException {
    ScriptedPoller poller = new ScriptedPoller();
    poller.arrive("a", VALIDATE_AND_PING);
    poller.arrive("b", VALIDATE_AND_PING);
    poller.script("a");
    poller.script("b");

    run(poller);

    assertThat(log)
        .containsExactly(
            "poll a", "read a", "look b", "read b", "look", "reply a", "reply b", "poll");
  }

  /** Otherwise its second reply could be sent in place of a part of the first. */
  @Test
  void clientWhoseReplyIsHeld_isNotReadFromAgain() throws InterruptedException {
    ScriptedPoller poller = new ScriptedPoller();
    poller.arrive("a", VALIDATE_AND_PING);
    poller.script("a");
    poller.script("a");

    run(poller);

    assertThat(log).containsExactly("poll a", "read a", "look a", "reply a", "poll");
  }

  @Test
  void requestsWithoutReply_needNoFurtherPoll() throws InterruptedException {
    ScriptedPoller poller = new ScriptedPoller();
    poller.arrive("a", VALIDATE);
    poller.script("a");

    run(poller);

    assertThat(log).containsExactly("poll a", "read a", "poll");
  }

  private static void run(ScriptedPoller poller) throws InterruptedException {
    EventLoopTransport transport =
        EventLoopTransport.start(
            poller,
            new ServingLimits(WireLimits.PYTORCH, Integer.MAX_VALUE, Long.MAX_VALUE, 64L << 20));
    assertThat(poller.scriptEnded.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    transport.close();
  }

  /** Accepts all clients in its first poll; each further poll reports what the script says. */
  private final class ScriptedPoller implements Poller {
    private final Map<String, ScriptedLink> links = new LinkedHashMap<>();
    private final Queue<String> script = new ArrayDeque<>();
    private final Queue<ScriptedLink> arrived = new ArrayDeque<>();
    private final CountDownLatch scriptEnded = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private boolean accepted;

    void arrive(String name, byte[] input) {
      ScriptedLink link = new ScriptedLink(name, input);
      links.put(name, link);
      arrived.add(link);
    }

    void script(String ready) {
      script.add(ready);
    }

    @Override
    public List<InetSocketAddress> addresses() {
      return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    }

    @Override
    public boolean poll(long millis) throws IOException {
      if (!accepted) {
        accepted = true;
        return true;
      }
      String next = script.poll();
      log.add((millis == 0 ? "look" : "poll") + (next == null ? "" : " " + next));
      if (next != null) {
        Objects.requireNonNull(Objects.requireNonNull(links.get(next)).readiness)
            .ready(true, false);
      } else if (millis != 0) {
        scriptEnded.countDown();
        awaitClosing();
      }
      return false;
    }

    private void awaitClosing() throws IOException {
      try {
        assertThat(closing.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void wakeUp() {
      closing.countDown();
    }

    @Override
    public @Nullable NonBlockingSocket accept() {
      return arrived.poll();
    }

    @Override
    public void watch(NonBlockingSocket link, Readiness readiness) {
      ((ScriptedLink) link).readiness = readiness;
    }

    @Override
    public void setAccepting(boolean wanted) {}

    @Override
    public void close() {}
  }

  private final class ScriptedLink implements NonBlockingSocket {
    private final String name;
    private final byte[] input;
    private Poller.@Nullable Readiness readiness;

    ScriptedLink(String name, byte[] input) {
      this.name = name;
      this.input = input;
    }

    @Override
    public int read(ByteBuffer into) {
      log.add("read " + name);
      into.put(input);
      return input.length;
    }

    @Override
    public void write(ByteBuffer from) {
      log.add("reply " + name);
      from.position(from.limit());
    }

    @Override
    public void setInterest(boolean input, boolean output) {}

    @Override
    public @Nullable SocketAddress remoteAddress() {
      return null;
    }

    @Override
    public void close() {}
  }
}
