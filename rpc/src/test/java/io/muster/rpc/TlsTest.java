package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Keys;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers with the right certificates, with others, and without any. */
class TlsTest {
  private static final char[] PASSWORD = Keys.PASSWORD.toCharArray();

  @TempDir private static Path directory;
  private static Keys ours;
  private static Keys others;
  private static Keys named;

  @BeforeAll
  static void makeKeys() {
    ours = Keys.make(directory.resolve("ours"), "ip:127.0.0.1");
    others = Keys.make(directory.resolve("others"), "ip:127.0.0.1");
    named = Keys.make(directory.resolve("named"), "dns:worker");
  }

  private static Consumer<RpcOptions.Builder> with(RpcTls tls) {
    return plain().andThen(options -> options.tls(tls));
  }

  private static Consumer<RpcOptions.Builder> plain() {
    return options -> options.function("twice", arguments -> 2 * (int) arguments[0]);
  }

  private static void assertCallsReturn(LocalWorld world) {
    assertThat(world.seen(0, 1).call(int.class, "twice", 1)).isEqualTo(2);
    assertThat(world.seen(1, 0).call(int.class, "twice", 2)).isEqualTo(4);
  }

  private static void assertLost(LocalWorld world, int from, int to) {
    assertThatExceptionOfType(WorkerLostException.class)
        .isThrownBy(() -> world.seen(from, to).call(int.class, "twice", 1))
        .withMessageStartingWith("twice on worker 'worker" + to);
  }

  @Test
  void mutual_betweenWorkersThatTrustEachOther_works() {
    try (LocalWorld world =
        LocalWorld.of(2, with(RpcTls.mutual(ours.identity(), PASSWORD, ours.trust())))) {
      assertCallsReturn(world);
    }
  }

  @Test
  void mutual_callerWithAnotherCertificate_isRefused() {
    RpcTls tls = RpcTls.mutual(ours.identity(), PASSWORD, ours.trust());
    // It trusts the others, but they do not trust it.
    RpcTls stranger = RpcTls.mutual(others.identity(), PASSWORD, ours.trust());
    try (LocalWorld world = LocalWorld.of(List.of(with(tls), with(stranger), with(tls)))) {
      assertLost(world, 1, 0);
      assertLost(world, 0, 1);
      assertThat(world.seen(0, 2).call(int.class, "twice", 1)).isEqualTo(2);
    }
  }

  @Test
  void mutual_callerWithoutACertificate_isRefused() {
    RpcTls tls = RpcTls.mutual(ours.identity(), PASSWORD, ours.trust());
    RpcTls silent = RpcTls.serverOnly(ours.identity(), PASSWORD, ours.trust());
    try (LocalWorld world = LocalWorld.of(List.of(with(tls), with(silent)))) {
      assertLost(world, 1, 0);
      assertThat(world.seen(0, 1).call(int.class, "twice", 1)).isEqualTo(2);
    }
  }

  @Test
  void serverOnly_works_andChecksWhoIsCalled() {
    RpcTls tls = RpcTls.serverOnly(ours.identity(), PASSWORD, ours.trust());
    RpcTls stranger = RpcTls.serverOnly(others.identity(), PASSWORD, ours.trust());
    try (LocalWorld world = LocalWorld.of(List.of(with(tls), with(tls), with(stranger)))) {
      assertCallsReturn(world);
      assertLost(world, 0, 2);
    }
  }

  @Test
  void tls_onOneSideOnly_isRefusedInBothDirections() {
    RpcTls tls = RpcTls.mutual(ours.identity(), PASSWORD, ours.trust());
    try (LocalWorld world = LocalWorld.of(List.of(with(tls), plain(), with(tls), plain()))) {
      assertLost(world, 0, 1);
      assertLost(world, 1, 0);
      assertThat(world.seen(0, 2).call(int.class, "twice", 1)).isEqualTo(2);
      assertThat(world.seen(1, 3).call(int.class, "twice", 1)).isEqualTo(2);
    }
  }

  @Test
  void certificate_forAName_needsThatName() {
    RpcTls tls = RpcTls.mutual(named.identity(), PASSWORD, named.trust());
    try (LocalWorld world = LocalWorld.of(2, with(tls))) {
      assertLost(world, 0, 1);
    }
    try (LocalWorld world = LocalWorld.of(2, with(tls.withServerName("worker")))) {
      assertCallsReturn(world);
    }
  }

  @Test
  void identity_withAnotherPassword_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RpcTls.mutual(ours.identity(), "wrong".toCharArray(), ours.trust()))
        .withMessageStartingWith("TLS cannot be set up: ");
  }
}
