package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import io.muster.store.BoundDescriptor;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.internal.socket.KeepAlive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * When a silent peer is asked whether it is there, as Linux shows it: of each connection the time
 * until its keep-alive timer fires.
 *
 * <p>Fault A6. The same shape: the client's connections, which are tested here too. RPC has gRPC's
 * own keep-alive; the connections of process groups have none, and their calls end by the group's
 * timeout.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc/net")
class KeepAliveTest extends ServerTest {
  KeepAliveTest(ServerBackend backend) {
    super(backend);
  }

  @Test
  void accepted_byDefault_isAskedAfter15Seconds() {
    try (RawClient client = connect()) {
      assertTimer(true, 15);
      client.sync();
    }
  }

  @Test
  void accepted_isAskedAfterTheTimeThatIsSet() {
    restart(options().keepAlive(Duration.ofMillis(99_001), Duration.ofSeconds(5), 3));

    try (RawClient client = connect()) {
      assertTimer(true, 100);
      client.sync();
    }
  }

  @Test
  void accepted_onAChannelThatListenedBefore_isAskedAfterTheTimeThatIsSet() throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    try (RawClient early = RawClient.open((InetSocketAddress) channel.getLocalAddress())) {
      restart(
          options()
              .listenChannel(channel)
              .keepAlive(Duration.ofSeconds(100), Duration.ofSeconds(5), 3));
      early.send(RawClient.VALIDATE).sync();

      assertTimer(true, 100);
    }
  }

  @Test
  void accepted_onADescriptor_isAskedAfterTheTimeThatIsSet() {
    restart(
        options()
            .listenDescriptor(BoundDescriptor.onLoopback().descriptor())
            .keepAlive(Duration.ofSeconds(100), Duration.ofSeconds(5), 3));

    try (RawClient client = connect()) {
      assertTimer(true, 100);
      client.sync();
    }
  }

  @Test
  void connectionsOfAStore_areAskedAfter15Seconds() {
    try (Store store = TcpStore.connect("127.0.0.1", server().port())) {
      assertThat(store.numKeys()).isZero();

      assertTimer(false, 15);
    }
  }

  @Test
  void apply_setsAllOptions() throws IOException {
    KeepAlive keepAlive = new KeepAlive(99, 7, 4);
    try (SocketChannel channel = SocketChannel.open();
        SocketChannel other = SocketChannel.open();
        ServerSocketChannel listener = ServerSocketChannel.open()) {
      keepAlive.apply(channel);
      keepAlive.apply(other.socket());
      keepAlive.applyToListener(listener);

      for (SocketChannel one : List.of(channel, other)) {
        assertThat(one.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        assertTimes(one, 99, 7, 4);
      }
      assertTimes(listener, 99, 7, 4);
    }
  }

  private static void assertTimes(NetworkChannel of, int idle, int interval, int probes)
      throws IOException {
    assertThat(of.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(idle);
    assertThat(of.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(interval);
    assertThat(of.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(probes);
  }

  @Test
  void options_areRoundedUpToSeconds() {
    StoreServerOptions options =
        options().keepAlive(Duration.ofMillis(99_001), Duration.ofNanos(1), 4).build();

    assertThat(options.keepAliveIdle()).isEqualTo(Duration.ofSeconds(100));
    assertThat(options.keepAliveInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(options.keepAliveProbes()).isEqualTo(4);
  }

  @Test
  void options_outOfRange_areRefused() {
    StoreServerOptions.Builder options = options();
    Duration second = Duration.ofSeconds(1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.keepAlive(Duration.ZERO, second, 1))
        .withMessage("idle must be 1 s to 32767 s but was PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.keepAlive(second, Duration.ofDays(1), 1))
        .withMessage("interval must be 1 s to 32767 s but was PT24H");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.keepAlive(second, second, 128))
        .withMessage("probes must be 1 to 127 but was 128");
  }

  /** There is one connection, and its timer was set to so many seconds a moment ago. */
  private void assertTimer(boolean ofServer, long seconds) {
    Eventually.assertThat(() -> timers(ofServer))
        .matches(
            "one timer of almost " + seconds + " s",
            timers ->
                timers.size() == 1 && timers.get(0) <= seconds && timers.get(0) > seconds * 2 / 3);
  }

  /**
   * The keep-alive timers of the connections with the server, in seconds; -1 of one that has none.
   *
   * @param ofServer whether of the server's ends, or of the clients'
   */
  private List<Long> timers(boolean ofServer) {
    String port = String.format(Locale.ROOT, ":%04X", server().port());
    List<Long> timers = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : lines(Path.of("/proc/net", table))) {
        String[] fields = line.strip().split("\\s+", -1);
        boolean established = fields[3].equals("01");
        if (established && fields[ofServer ? 1 : 2].endsWith(port)) {
          String[] timer = fields[5].split(":", -1);
          boolean keepAlive = timer[0].equals("02");
          // In hundredths of a second.
          timers.add(keepAlive ? Math.round(Long.parseLong(timer[1], 16) / 100.0) : -1);
        }
      }
    }
    return timers;
  }

  private static List<String> lines(Path table) {
    try (Stream<String> lines = Files.lines(table)) {
      return lines.skip(1).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
