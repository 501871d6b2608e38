package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.FreePort;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hosting on a socket that the caller has bound. */
class ListenSocketTest {
  @EnabledOnOs(value = OS.LINUX, disabledReason = "descriptors are taken over on Linux only")
  @Retention(RetentionPolicy.RUNTIME)
  private @interface OnLinux {}

  private static final String HERE = "127.0.0.1";

  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  @OnLinux
  void listenDescriptor_isTakenOver(ServerBackend backend) {
    BoundDescriptor bound = BoundDescriptor.onLoopback();

    servesOn(bound.port(), onDescriptor(backend, bound.descriptor()));
  }

  /** As libuv's sockets are. */
  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  @OnLinux
  void listenDescriptor_thatDoesNotBlock_isTakenOver(ServerBackend backend) {
    BoundDescriptor bound = BoundDescriptor.nonBlockingOnLoopback();

    servesOn(bound.port(), onDescriptor(backend, bound.descriptor()));
  }

  /** Nothing is left open: the port can be bound again. */
  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  @OnLinux
  void listenDescriptor_isClosedWithTheServer(ServerBackend backend) throws IOException {
    BoundDescriptor bound = BoundDescriptor.onLoopback();
    StoreServer server = StoreServer.start(onDescriptor(backend, bound.descriptor()));
    assertThat(server.addresses())
        .containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.port()));

    server.close();

    requireFree(bound.port());
  }

  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  @OnLinux
  void listenDescriptor_thatIsNoTcpSocket_isRefused(ServerBackend backend) {
    int descriptor = BoundDescriptor.ofAnotherKind();
    StoreServerOptions server = onDescriptor(backend, descriptor);

    assertThatExceptionOfType(NetworkException.class)
        .isThrownBy(() -> StoreServer.start(server))
        .withMessageContaining("descriptor " + descriptor + " is not a TCP socket");
    assertThat(Path.of("/proc/self/fd/" + descriptor)).exists();
  }

  @Test
  @OnLinux
  void listenDescriptor_ofAnotherPort_isRefused() throws IOException {
    BoundDescriptor bound = BoundDescriptor.onLoopback();
    int other = FreePort.find();
    TcpStoreOptions options = options(onDescriptor(ServerBackend.EVENT_LOOP, bound.descriptor()));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TcpStore.host(HERE, other, options))
        .withMessage(
            "listen fd %d is bound to port %d, expected to be bound to port %d"
                .formatted(bound.descriptor(), bound.port(), other));
    requireFree(bound.port());
  }

  @Test
  @OnLinux
  void listenDescriptor_thatIsNotOpen_isRefused() {
    StoreServerOptions server = onDescriptor(ServerBackend.EVENT_LOOP, Integer.MAX_VALUE);

    assertThatExceptionOfType(NetworkException.class)
        .isThrownBy(() -> StoreServer.start(server))
        .withMessageStartingWith("The server socket has failed to listen on any local")
        .withMessageContaining("descriptor " + Integer.MAX_VALUE + ": [9] Bad file descriptor");
  }

  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  void listenChannel_isTakenOver(ServerBackend backend) throws IOException {
    ServerSocketChannel channel = FreePort.bound();

    servesOn(FreePort.port(channel), onChannel(backend, channel).build());

    assertThat(channel.isOpen()).as("open after the store is closed").isFalse();
  }

  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  void listenChannel_ofAnotherPort_isRefused(ServerBackend backend) throws IOException {
    ServerSocketChannel channel = FreePort.bound();
    int port = FreePort.port(channel);
    int other = FreePort.find();
    StoreServerOptions server = onChannel(backend, channel).port(other).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StoreServer.start(server))
        .withMessage(
            "listen channel is bound to port %d, expected to be bound to port %d"
                .formatted(port, other));
    assertThat(channel.isOpen()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(ServerBackend.class)
  void listenChannel_thatIsNotBound_isRefused(ServerBackend backend) throws IOException {
    try (ServerSocketChannel channel = ServerSocketChannel.open()) {
      StoreServerOptions server = onChannel(backend, channel).build();

      assertThatIllegalArgumentException()
          .isThrownBy(() -> StoreServer.start(server))
          .withMessage("listenChannel is not bound");
    }
  }

  /** Binds a port, to show that no other socket is bound to it any more. */
  private static void requireFree(int port) throws IOException {
    try (ServerSocketChannel again = ServerSocketChannel.open()) {
      again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      assertThat(FreePort.port(again)).isEqualTo(port);
    }
  }

  private static StoreServerOptions onDescriptor(ServerBackend backend, int descriptor) {
    return StoreServerOptions.builder().backend(backend).listenDescriptor(descriptor).build();
  }

  private static StoreServerOptions.Builder onChannel(
      ServerBackend backend, ServerSocketChannel channel) {
    return StoreServerOptions.builder().backend(backend).listenChannel(channel);
  }

  private static void servesOn(int port, StoreServerOptions server) {
    try (TcpStore store = TcpStore.host(HERE, port, options(server))) {
      store.set("key", "value");

      assertThat(store.getString("key")).isEqualTo("value");
      assertThat(store.server().orElseThrow().port()).isEqualTo(port);
      assertThat(store.server().orElseThrow().backend()).isEqualTo(server.backend());
    }
  }

  private static TcpStoreOptions options(StoreServerOptions server) {
    return TcpStoreOptions.builder().worldSize(1).server(server).environment(Map.of()).build();
  }
}
