package io.muster.rpc.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.muster.fixtures.Background;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServerLoopsTest {
  private static void await(Future<?> future) {
    assertThat(future).succeedsWithin(Background.PATIENCE);
  }

  @Test
  void connection_isAcceptedWhenTheServerAcceptsAndNotBefore()
      throws IOException, InterruptedException {
    CountDownLatch accepted = new CountDownLatch(1);
    try (ServerLoops loops =
        new ServerLoops(
            connection -> {
              connection.unsafe().closeForcibly();
              accepted.countDown();
            })) {
      ServerChannel channel = loops.newServerChannel();
      await(loops.group().register(channel));
      await(channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
      InetSocketAddress address = (InetSocketAddress) channel.localAddress();
      try (Socket client = new Socket(address.getAddress(), address.getPort())) {
        assertThat(client.isConnected()).isTrue();
        // The event loop polls its channels before each of these tasks.
        for (int i = 0; i < 3; i++) {
          await(channel.eventLoop().submit(() -> {}));
        }
        assertThat(accepted.getCount()).isEqualTo(1);

        loops.acceptConnections();

        assertThat(accepted.await(Background.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
    }
  }
}
