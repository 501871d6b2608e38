package io.muster.rpc.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.rpc.RpcException;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.transport.ResponseListener;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.world.WorkerInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeldObjectsTest {
  private static final WorkerInfo OWNER = new WorkerInfo(1, "trainer", "127.0.0.1", 1, 7);
  private static final ObjectId OBJECT = new ObjectId(1, 42);

  private final List<Control.Kind> sent = new ArrayList<>();
  private final List<ResponseListener> outcomes = new ArrayList<>();
  private final HeldObjects held =
      new HeldObjects(
          0,
          new OwnedObjects(),
          (worker, message, outcome) -> {
            sent.add(message.kind());
            outcomes.add(outcome);
          });

  @ParameterizedTest
  @CsvSource({
    "OBJECT_GONE, the object has been released, is gone",
    "TIMED_OUT, '', timed out",
    "UNREACHABLE, connection refused, connection refused",
  })
  void share_thatTheOwnerDoesNotRegister_saysWhy(Kind kind, String description, String message) {
    CompletableFuture<Boolean> registration = held.share(OWNER, OBJECT);

    outcomes.get(0).failed(CallFailure.of(kind, description));

    assertThatThrownBy(registration::join)
        .hasCauseInstanceOf(RpcException.class)
        .cause()
        .hasMessageContaining(message);
  }

  @Test
  void lastShare_isReleasedAfterTheRegistration() {
    CompletableFuture<Boolean> first = held.share(OWNER, OBJECT);
    CompletableFuture<Boolean> second = held.share(OWNER, OBJECT);
    held.giveBack(OBJECT);
    held.giveBack(OBJECT);
    assertThat(sent).containsExactly(Control.Kind.HOLD);

    outcomes.get(0).answered(new byte[0]);

    assertThat(first).isCompletedWithValue(true);
    assertThat(second).isSameAs(first);
    assertThat(sent).containsExactly(Control.Kind.HOLD, Control.Kind.RELEASE);
  }
}
