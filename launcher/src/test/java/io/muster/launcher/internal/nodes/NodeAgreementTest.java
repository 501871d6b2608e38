package io.muster.launcher.internal.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import io.muster.store.Store;
import io.muster.store.StoreInterruptedException;
import io.muster.store.StoreTimeoutException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NodeAgreementTest {
  private final Store store = new HashStore();

  private static NodeInfo info(String name, String role, int workers) {
    return new NodeInfo("id of " + name, name, role, workers, 2, false);
  }

  private Placement join(int count, NodeInfo info, OptionalInt rank, Duration timeout)
      throws JoinException {
    return new NodeAgreement(store, count, "").join(info, rank, timeout, System.nanoTime());
  }

  private Background<Placement> joining(int count, NodeInfo info, OptionalInt rank) {
    return Background.call(() -> join(count, info, rank, Background.PATIENCE));
  }

  @Test
  void ranks_followTheNodes_andTheRoles() {
    Background<Placement> third = joining(3, info("c", "x", 4), OptionalInt.of(2));
    Background<Placement> first = joining(3, info("a", "x", 2), OptionalInt.of(0));
    Background<Placement> second = joining(3, info("b", "y", 1), OptionalInt.of(1));

    assertThat(first.result().firstRank()).isZero();
    assertThat(second.result().firstRank()).isEqualTo(2);
    assertThat(second.result().firstRoleRank()).isZero();
    assertThat(second.result().roleWorldSize()).isEqualTo(1);
    Placement last = third.result();
    assertThat(last.firstRank()).isEqualTo(3);
    assertThat(last.worldSize()).isEqualTo(7);
    assertThat(last.firstRoleRank()).isEqualTo(2);
    assertThat(last.roleWorldSize()).isEqualTo(6);
    assertThat(last.self()).isEqualTo(info("c", "x", 4));
    assertThat(last.describe(1)).isEqualTo("node 1 (b)");
  }

  @Test
  void nodesWithoutRank_takeTheFreeOnes() {
    Background<Placement> fixed = joining(4, info("fixed", "x", 1), OptionalInt.of(1));
    List<Background<Placement>> others =
        IntStream.range(0, 3)
            .mapToObj(i -> joining(4, info("free" + i, "x", 1), OptionalInt.empty()))
            .toList();

    assertThat(fixed.result().nodeRank()).isEqualTo(1);
    assertThat(others.stream().map(other -> other.result().nodeRank()))
        .containsExactlyInAnyOrder(0, 2, 3);
  }

  @Test
  void leader_isTheHost_elseNodeZero() {
    NodeInfo host = new NodeInfo("id", "h", "x", 1, 0, true);
    NodeInfo other = info("o", "x", 1);

    assertThat(new Placement(0, List.of(other, host, other)).leader()).isEqualTo(1);
    assertThat(new Placement(1, List.of(other, other)).leader()).isZero();
  }

  @Test
  void maxRestarts_areThoseOfNodeZero() {
    NodeInfo seven = new NodeInfo("id", "h", "x", 1, 7, false);

    assertThat(new Placement(1, List.of(info("o", "x", 1), seven)).maxRestarts()).isEqualTo(2);
  }

  @Test
  void nodeIsMissing_namesIt_andGivesUpItsRank() throws JoinException {
    assertThatThrownBy(() -> join(3, info("a", "x", 1), OptionalInt.of(1), Duration.ofMillis(10)))
        .isInstanceOf(JoinException.class)
        .hasMessage("1 of 3 nodes have joined within 0.01 s; missing: node rank 0, 2");

    Background<Placement> again = joining(2, info("a", "x", 1), OptionalInt.of(1));
    assertThat(join(2, info("b", "x", 1), OptionalInt.of(0), Background.PATIENCE).nodes())
        .hasSize(2);
    assertThat(again.result().nodeRank()).isEqualTo(1);
  }

  @Test
  void lastNodeComesAtTheDeadline_allHaveJoined() throws JoinException {
    Store late =
        intercepted(
            "await",
            () -> {
              store.set("node/1", info("b", "x", 1).encode());
              throw StoreTimeoutException.ofKeys(
                  Duration.ZERO, "", List.of("node/1"), List.of("node/1"), "a slow store");
            });

    Placement joined =
        new NodeAgreement(late, 2, "")
            .join(info("a", "x", 1), OptionalInt.of(0), Duration.ZERO, System.nanoTime());

    assertThat(joined.nodes()).hasSize(2);
  }

  @Test
  void nodeGivesUp_afterAnotherHasReadIt_isInNoWorld() {
    NodeAgreement second = interruptedWhileItWaits();
    Store slow = intercepted("compareSet", () -> assertThat(second.withdraw()).isTrue());

    assertThatThrownBy(
            () ->
                new NodeAgreement(slow, 2, "")
                    .join(
                        info("a", "x", 1),
                        OptionalInt.of(0),
                        Duration.ofMillis(10),
                        System.nanoTime()))
        .hasMessageEndingWith("missing: node rank 1");
  }

  @Test
  void nodeGivesUp_afterAllHaveAgreed_isInTheWorld() throws JoinException {
    NodeAgreement second = interruptedWhileItWaits();
    Placement first = join(2, info("a", "x", 1), OptionalInt.of(0), Background.PATIENCE);

    assertThat(second.withdraw()).isFalse();
    assertThat(first.nodes()).hasSize(2);
  }

  /** Node 1 of 2, before it gives up. */
  private NodeAgreement interruptedWhileItWaits() {
    NodeAgreement second = new NodeAgreement(store, 2, "");
    Background<Placement> waiting =
        Background.call(
                () ->
                    second.join(
                        info("b", "x", 1),
                        OptionalInt.of(1),
                        Background.PATIENCE,
                        System.nanoTime()))
            .awaitBlocked();
    waiting.interrupt();
    assertThat(waiting.failure()).isInstanceOf(StoreInterruptedException.class);
    return second;
  }

  /** The store, with something that happens before the first call of a method. */
  private Store intercepted(String name, Runnable before) {
    AtomicBoolean happened = new AtomicBoolean();
    InvocationHandler calls =
        (proxy, method, arguments) -> {
          if (method.getName().equals(name) && !happened.getAndSet(true)) {
            before.run();
          }
          try {
            return method.invoke(store, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return (Store)
        Proxy.newProxyInstance(Store.class.getClassLoader(), new Class<?>[] {Store.class}, calls);
  }

  @Test
  void rankIsTaken_isMisuse() {
    Background<Placement> first = joining(2, info("a", "x", 1), OptionalInt.of(1)).awaitBlocked();

    assertThatThrownBy(() -> join(2, info("b", "x", 1), OptionalInt.of(1), Background.PATIENCE))
        .isInstanceOfSatisfying(JoinException.class, e -> assertThat(e.isMisuse()).isTrue())
        .hasMessageStartingWith("node rank 1 has been taken by a; expected ");
    first.interrupt();
  }

  @Test
  void moreNodesThanCounted_isMisuse() throws JoinException {
    Placement only = join(1, info("a", "x", 1), OptionalInt.empty(), Background.PATIENCE);

    assertThat(only.nodeRank()).isZero();
    assertThatThrownBy(() -> join(1, info("b", "x", 1), OptionalInt.empty(), Background.PATIENCE))
        .hasMessageStartingWith("all 1 nodes have joined already; expected ");
  }
}
