package io.muster.interop;

import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import io.muster.collectives.DataType;
import io.muster.interop.Operation.Kind;
import io.muster.interop.World.Mode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ranks of PyTorch that meet in other ways than they do by default. */
@ExtendWith(CppPyTorch.class)
@ParameterizedClass
@MethodSource("parameters")
@TestInstance(PER_CLASS)
@Timeout(120)
class PeerModesIT {
  static List<Arguments> parameters() {
    return List.of(
        Arguments.of(Mode.LAZY, Map.of()),
        Arguments.of(Mode.TWO_DEVICES, Map.of()),
        // They publish no identifiers of pairs; who connects says its rank.
        Arguments.of(Mode.EAGER, Map.of("GLOO_ENABLE_RANK_AS_SEQUENCE_NUMBER", "1")));
  }

  @Parameter(0)
  private Mode mode = Mode.EAGER;

  @Parameter(1)
  private Map<String, String> environment = Map.of();

  private @Nullable GlooProcess pytorch;

  @BeforeParameterizedClassInvocation
  void start() {
    pytorch = new GlooProcess(environment);
  }

  @AfterParameterizedClassInvocation
  void close() {
    pytorch().close();
  }

  @Test
  void collectives_withSuchPeers_leavePyTorchsBits() {
    for (String shape : new String[] {"JP", "PJ", "JPP", "PJP", "PPJ", "PJPJ"}) {
      try (World world = World.mixed(shape, Map.of('P', pytorch()), mode)) {
        world.computesAsPyTorchDoes(
            Party.Order.IN_TURN,
            Stream.of(Kind.values())
                .map(kind -> Operation.of(kind, DataType.FLOAT32, 1001))
                .toList());
      }
    }
  }

  /** A lazy rank has not connected to anybody when the first operation is all at once. */
  @Test
  void collectives_atOnceInANewWorld_leavePyTorchsBits() {
    try (World world = World.mixed("PJPJ", Map.of('P', pytorch()), mode)) {
      world.computesAsPyTorchDoes(
          Party.Order.AT_ONCE,
          Stream.of(Kind.values())
              .filter(
                  kind ->
                      kind != Kind.RECV_ANY_SOURCE
                          && kind != Kind.RECV_ANY_SOURCE_SHORTER
                          && kind != Kind.MONITORED_BARRIER)
              .map(kind -> Operation.of(kind, DataType.FLOAT64, 10_001))
              .toList());
    }
  }

  private GlooProcess pytorch() {
    return Objects.requireNonNull(pytorch);
  }
}
