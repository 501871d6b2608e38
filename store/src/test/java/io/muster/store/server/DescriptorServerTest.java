package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.STOP_WAITING;
import static io.muster.fixtures.wire.RawClient.add;
import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import io.muster.store.BoundDescriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A server on a listening socket of which it knows the descriptor only. */
@ParameterizedClass
@EnumSource(ServerBackend.class)
@EnabledOnOs(value = OS.LINUX, disabledReason = "descriptors are taken over on Linux only")
class DescriptorServerTest {
  private final StoreServer server;

  DescriptorServerTest(ServerBackend backend) {
    server =
        StoreServer.start(
            StoreServerOptions.builder()
                .backend(backend)
                .listenDescriptor(BoundDescriptor.onLoopback().descriptor())
                .maxConnections(3)
                .build());
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void client_waits_isReleasedByAnother() {
    try (RawClient waiter = RawClient.connect(server);
        RawClient setter = RawClient.connect(server)) {
      waiter.send(await("/k")).sync();

      setter.send(set("/k", "v") + add("/n", 2)).expect(i64(2));

      waiter.expect(STOP_WAITING).sync();
    }
  }

  @Test
  void client_readsLateAndSendsNoMore_getsEverythingAndThenTheEnd() {
    String value = "x".repeat(1 << 20);
    try (RawClient client = RawClient.connect(server)) {
      client.send(set("/v", value) + ("03" + blob("/v")).repeat(50)).endOutput();
      try (RawClient other = RawClient.connect(server)) {
        other.send(add("/n", 1)).expect(i64(1));
      }

      for (int i = 0; i < 50; i++) {
        client.expect(i64(value.length())).skip(value.length());
      }
      client.expectClosed();
    }
  }

  @Test
  void clients_leave_areForgotten() {
    RawClient.connect(server).send(await("/never")).sync().reset();
    RawClient.connect(server).send(await("/never")).sync().close();

    Eventually.assertThat(() -> server.statistics().openConnections()).isEqualTo(0);
    Eventually.assertThat(() -> server.statistics().waits()).isEqualTo(0);
  }

  @Test
  void client_sendsNonsense_isDisconnectedAfterItsReplies() {
    try (RawClient client = RawClient.connect(server)) {
      client.send(add("/n", 1) + "ff").expect(i64(1)).expectClosed();
    }
  }

  @Test
  void clients_moreThanAllowed_areRefused() {
    try (RawClient one = RawClient.connect(server);
        RawClient two = RawClient.connect(server);
        RawClient three = RawClient.connect(server);
        RawClient four = RawClient.open(server)) {
      four.expectClosed();
      one.sync();
      two.sync();
      three.sync();
    }
  }
}
