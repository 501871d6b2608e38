package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.FakeSocket.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job whose keys are forgotten when its world has gone. */
class ResetWhenIdleTest {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Request JOIN = to -> to.add(bytes("init/"), 1);
  private static final Request SET = to -> to.set(bytes("/k"), bytes("v"));

  private final SteppedLoop loop = new SteppedLoop();
  private final List<Long> forgotten = new ArrayList<>();
  private final LoopJob job = loop.addJob(new ResetWhenIdle(Duration.ZERO, forgotten::add));
  private final LoopJob patient = loop.addJob(new ResetWhenIdle(GRACE, forgotten::add));

  private FakeSocket client(LoopJob of, Request... requests) {
    FakeSocket client = loop.connect(of, "client");
    client.send(requests);
    loop.settle();
    return client;
  }

  private void disconnect(FakeSocket client) {
    client.endInput();
    loop.settle();
  }

  @Test
  void lastClientOfTheWorld_disconnects_keysAreForgotten() {
    FakeSocket first = client(job, JOIN);
    FakeSocket second = client(job, JOIN, SET);

    disconnect(first);
    assertThat(job.state.keyspace.size()).isEqualTo(2);
    assertThat(forgotten).isEmpty();

    disconnect(second);
    assertThat(job.state.keyspace.size()).isZero();
    assertThat(forgotten).containsExactly(2L);
  }

  @Test
  void nextWorld_isForgottenLikeTheFirst() {
    disconnect(client(job, JOIN));
    disconnect(client(job, JOIN, SET));

    assertThat(forgotten).containsExactly(1L, 2L);
  }

  @Test
  void otherClients_stayConnected_andGoOnWaiting() {
    FakeSocket waiter = client(job, to -> to.await(List.of(bytes("/late"))));

    disconnect(client(job, JOIN));
    assertThat(waiter.isClosed()).isFalse();

    client(job, to -> to.set(bytes("/late"), bytes("v")));
    assertThat(waiter.received()).isEqualTo("00");
  }

  @ParameterizedTest
  @ValueSource(strings = {"init/", "/worker/attempt_0/init/"})
  void clientThatCountsItself_belongsToTheWorld(String key) {
    disconnect(client(job, to -> to.add(bytes(key), 1)));

    assertThat(forgotten).containsExactly(1L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/default_pg/0//cpu//0/1",
        "/attempt/0//cpu//0/1",
        "/0//cpu//0/17",
        "/store_based_barrier_key:1",
        "/torch.rendezvous.train-17",
        "/torchelastic/agent/terminated",
        "/muster.run/none/node/0"
      })
  void clientThatWritesAndReadsKeysOfAGroup_belongsToTheWorld(String key) {
    disconnect(
        client(job, to -> to.set(bytes(key), bytes("v")), to -> to.await(List.of(bytes(key)))));

    assertThat(forgotten).containsExactly(1L);
  }

  @Test
  void clientThatSwapsKeysOfAGroup_belongsToTheWorld() {
    byte[] key = bytes("/torch.rendezvous.train-17");
    disconnect(client(job, to -> to.compareAndSwap(key, bytes(""), bytes("v"))));

    assertThat(forgotten).containsExactly(1L);
  }

  @Test
  void worldsThatGoOneAfterAnother_areClearedEachTime_andFillNoLog() {
    for (int i = 0; i < 100; i++) {
      disconnect(client(job, JOIN, SET));
      assertThat(job.state.keyspace.size()).isZero();
    }

    // Ten lines a second.
    assertThat(forgotten).hasSizeBetween(10, 90);
  }

  @Test
  void graceOfAnyLength_isPossible() {
    LoopJob forAges = loop.addJob(new ResetWhenIdle(Duration.ofDays(1_000_000), forgotten::add));
    disconnect(client(forAges, JOIN));

    loop.passNanos(Duration.ofDays(365).toNanos());
    loop.settle();

    assertThat(forgotten).isEmpty();
  }

  @Test
  void clientsThatBelongToNoWorld_changeNothing() {
    byte[] ofGroup = bytes("/default_pg/0//cpu//0/1");
    disconnect(client(job, SET, to -> to.get(bytes("/k"))));
    disconnect(client(job, to -> to.set(ofGroup, bytes("v"))));
    disconnect(client(job, to -> to.multiSet(List.of(ofGroup), List.of(bytes("v")))));
    disconnect(client(job, to -> to.get(ofGroup), to -> to.listKeys()));
    disconnect(client(job, to -> to.add(bytes("init/"), 0)));
    disconnect(client(job, to -> to.add(bytes("/counter"), 1), to -> to.get(bytes("/counter"))));

    assertThat(forgotten).isEmpty();
    assertThat(job.state.keyspace.size()).isEqualTo(4);
  }

  @Test
  void afterAGrace_keysAreForgotten_andNotBefore() {
    disconnect(client(patient, JOIN));

    loop.passNanos(GRACE.toNanos() - 1);
    loop.settle();
    assertThat(forgotten).isEmpty();

    loop.passNanos(1);
    loop.settle();
    assertThat(forgotten).containsExactly(1L);
  }

  @Test
  void worldThatJoinsWithinTheGrace_findsTheKeys() {
    disconnect(client(patient, JOIN));
    FakeSocket next = client(patient, JOIN);

    loop.passNanos(2 * GRACE.toNanos());
    loop.settle();
    assertThat(patient.state.keyspace.get(bytes("init/"))).isEqualTo(bytes("2"));

    disconnect(next);
    loop.passNanos(GRACE.toNanos());
    loop.settle();
    assertThat(forgotten).containsExactly(1L);
  }

  @Test
  void theLoop_wakesWhenTheGraceEnds() {
    disconnect(client(patient, JOIN));
    loop.passNanos(Duration.ofSeconds(2).toNanos());
    loop.runOnce();
    loop.runOnce();

    assertThat(loop.poller.lastMillis()).isBetween(3_000L, 3_001L);
  }

  @Test
  void otherJobs_keepTheirKeys() {
    FakeSocket other = client(loop.firstJob(), JOIN, SET);
    FakeSocket inPatient = client(patient, JOIN);

    disconnect(client(job, JOIN));
    disconnect(other);

    assertThat(loop.firstJob().state.keyspace.size()).isEqualTo(2);
    assertThat(patient.state.keyspace.size()).isEqualTo(1);
    assertThat(inPatient.isClosed()).isFalse();
  }
}
