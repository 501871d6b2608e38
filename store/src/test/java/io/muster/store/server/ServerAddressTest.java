package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Ipv6;
import io.muster.fixtures.wire.RawClient;
import io.muster.store.NetworkException;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a server listens. */
class ServerAddressTest extends ServerTest {
  private static final String CANNOT_LISTEN =
      "^The server socket has failed to listen on any local .*";

  ServerAddressTest(ServerBackend backend) {
    super(backend);
  }

  @Test
  void start_noAddressGiven_listensOnEveryLoopbackAddressWithOnePort() throws IOException {
    assertThat(server().addresses())
        .allMatch(address -> address.getAddress().isLoopbackAddress())
        .allMatch(address -> address.getPort() == server().port())
        .hasSameSizeAs(loopbacks());
    for (InetAddress loopback : loopbacks()) {
      RawClient.open(at(loopback)).send(RawClient.VALIDATE).sync().close();
    }
    for (InetAddress address : addressesOfThisMachine()) {
      if (!address.isLoopbackAddress()) {
        assertThatThrownBy(() -> RawClient.open(at(address)).close())
            .as("connecting to %s", address)
            .hasCauseInstanceOf(java.net.ConnectException.class);
      }
    }
  }

  @Test
  void start_onAll_listensOnEveryAddressOfBothFamilies() throws IOException {
    restart(options().bind("*"));

    for (InetAddress address : addressesOfThisMachine()) {
      RawClient.open(at(address)).send(RawClient.VALIDATE).sync().close();
    }
  }

  /** Fault A9. */
  @Test
  void start_onTheWildcardOfIpv4_leavesIpv6Alone() throws IOException {
    restart(options().bind("0.0.0.0"));

    for (InetAddress address : addressesOfThisMachine()) {
      if (address instanceof Inet4Address) {
        RawClient.open(at(address)).send(RawClient.VALIDATE).sync().close();
      } else {
        assertThatThrownBy(() -> RawClient.open(at(address)).close())
            .as("connecting to %s", address)
            .hasCauseInstanceOf(java.net.ConnectException.class);
      }
    }
  }

  /** Fault A9. */
  @Test
  void start_onTheWildcardOfIpv6_listensOnEveryAddressOfBothFamilies() throws IOException {
    if (!Ipv6.isHere()) {
      return;
    }
    restart(options().bind("[::]"));

    for (InetAddress address : addressesOfThisMachine()) {
      RawClient.open(at(address)).send(RawClient.VALIDATE).sync().close();
    }
  }

  /** Fault A9. */
  @Test
  void start_onAnInterface_listensOnItsAddresses() throws IOException {
    NetworkInterface loopback =
        NetworkInterface.getByInetAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    restart(options().bind(loopback.getName()));

    assertThat(server().addresses()).hasSize((int) loopback.inetAddresses().count());
    for (InetSocketAddress address : server().addresses()) {
      RawClient.open(address).send(RawClient.VALIDATE).sync().close();
    }
  }

  @Test
  void start_onNothing_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options().bind(" "))
        .withMessage("bind is empty; it must be an address, a host, a network interface, or *");
    assertThat(options().bind("[::1]").build().bind()).isEqualTo("::1");
  }

  @Test
  void start_onOneAddress_listensOnlyThere() throws IOException {
    restart(options().bind("127.0.0.1"));

    assertThat(server().addresses()).hasSize(1);
    RawClient.connect(server()).close();
    for (InetAddress other : loopbacks()) {
      if (other instanceof Inet6Address) {
        assertThatThrownBy(() -> RawClient.open(at(other)).close())
            .hasCauseInstanceOf(java.net.ConnectException.class);
      }
    }
  }

  @Test
  void start_onATakenPort_saysWhichAndWhy() {
    StoreServerOptions taken = options().port(server().port()).build();

    assertThatThrownBy(() -> StoreServer.start(taken).close())
        .isInstanceOf(NetworkException.class)
        .hasMessageMatching(CANNOT_LISTEN)
        .hasMessageContaining("port: " + server().port())
        .hasMessageContaining("EADDRINUSE");
    RawClient.connect(server()).close();
  }

  @Test
  void start_onAnAddressOfAnotherMachine_doesNotBlameThePort() {
    // An address that is reserved for documentation.
    StoreServerOptions foreign = options().bind("192.0.2.1").build();

    assertThatThrownBy(() -> StoreServer.start(foreign).close())
        .isInstanceOf(NetworkException.class)
        .hasMessageMatching(CANNOT_LISTEN)
        .message()
        .doesNotContain("EADDRINUSE");
  }

  @Test
  void start_onAPortTakenInOneFamilyOnly_bindsNeither() throws IOException {
    List<InetAddress> loopbacks = loopbacks();
    try (ServerSocket other = onTheLastOnly(loopbacks)) {
      assertThatThrownBy(
              () -> StoreServer.start(options().port(other.getLocalPort()).build()).close())
          .isInstanceOf(NetworkException.class)
          .hasMessageMatching(CANNOT_LISTEN);
      if (loopbacks.size() > 1) {
        new ServerSocket(other.getLocalPort(), 1, loopbacks.get(0)).close();
      }
    }
  }

  /** On a port that is free on the others, where connections that are long closed may hold it. */
  private static ServerSocket onTheLastOnly(List<InetAddress> loopbacks) throws IOException {
    InetAddress last = loopbacks.get(loopbacks.size() - 1);
    if (loopbacks.size() == 1) {
      return new ServerSocket(0, 1, last);
    }
    while (true) {
      try (ServerSocket free = new ServerSocket(0, 1, loopbacks.get(0))) {
        return new ServerSocket(free.getLocalPort(), 1, last);
      } catch (BindException e) {
        // It is taken on the last; on with the next.
      }
    }
  }

  @Test
  void start_onAnUnknownHost_namesIt() {
    assertThatThrownBy(() -> StoreServer.start(options().bind("no-such-host.invalid").build()))
        .isInstanceOf(NetworkException.class)
        .hasMessageMatching(CANNOT_LISTEN)
        .hasMessageContaining("no-such-host.invalid");
  }

  @Test
  void start_onAnAddressOfAnotherMachine_fails() {
    assertThatThrownBy(() -> StoreServer.start(options().bind("192.0.2.1").build()))
        .isInstanceOf(NetworkException.class)
        .hasMessageMatching(CANNOT_LISTEN)
        .hasMessageContaining("192.0.2.1");
  }

  @Test
  void start_onABoundChannel_takesItOver() throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    int port = bind(channel);

    restart(options().listenChannel(channel).port(port));

    assertThat(server().port()).isEqualTo(port);
    connect().close();
    server().close();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void start_onAChannelBoundToAnotherPort_fails() throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    int port = bind(channel);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> StoreServer.start(options().listenChannel(channel).port(port - 1).build()))
        .withMessage(
            "listen channel is bound to port %d, expected to be bound to port %d", port, port - 1);
    assertThat(channel.isOpen()).isFalse();
  }

  private static int bind(ServerSocketChannel channel) throws IOException {
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return channel.socket().getLocalPort();
  }

  private InetSocketAddress at(InetAddress address) {
    return new InetSocketAddress(address, server().port());
  }

  private static List<InetAddress> loopbacks() throws IOException {
    List<InetAddress> loopbacks = new ArrayList<>();
    for (InetAddress address : addressesOfThisMachine()) {
      if (address.isLoopbackAddress() && address instanceof Inet4Address) {
        loopbacks.add(0, address);
      } else if (address.isLoopbackAddress()) {
        loopbacks.add(address);
      }
    }
    return loopbacks;
  }

  private static List<InetAddress> addressesOfThisMachine() throws IOException {
    List<InetAddress> addresses = new ArrayList<>();
    for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (network.isUp()) {
        addresses.addAll(Collections.list(network.getInetAddresses()));
      }
    }
    return addresses;
  }
}
