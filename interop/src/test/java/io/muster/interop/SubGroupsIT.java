package io.muster.interop;

import io.muster.collectives.DataType;
import io.muster.interop.Operation.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Groups within a world of Java's and PyTorch's ranks. */
@ExtendWith(CppPyTorch.class)
@Timeout(120)
class SubGroupsIT {
  @Test
  void groups_ofSomeRanks_leavePyTorchsBits() {
    try (World world = World.mixed("JPPJ")) {
      World three = world.subGroup(List.of(0, 1, 3));
      World back = world.subGroup(List.of(3, 2));
      World same = world.subGroup(List.of(0, 1, 3));
      World all = world.subGroup(List.of(0, 1, 2, 3));

      for (int round = 0; round < 3; round++) {
        for (World group : Stream.of(three, world, back, all, same).toList()) {
          for (Kind kind : Kind.values()) {
            group.computesAsPyTorchDoes(
                Operation.of(kind, DataType.FLOAT32, 101).root(1).seed(round));
          }
        }
      }
    }
  }
}
