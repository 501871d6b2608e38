package io.muster.bench.collectives;

import io.muster.collectives.DataType;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ProcessGroups;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.nio.ByteBuffer;
import java.util.Map;

/** A rank of Muster. */
final class MusterRankSide implements RankSide {
  private final Store store;
  private final ProcessGroups groups = new ProcessGroups();
  private final ProcessGroup group;

  MusterRankSide(int port, int rank, int size) {
    store = TcpStore.connect("127.0.0.1", port);
    group =
        groups.initProcessGroup(
            ProcessGroupOptions.builder()
                .store(store)
                .rank(rank)
                .worldSize(size)
                .environment(Map.of("GLOO_SOCKET_IFNAME", "lo"))
                .build());
  }

  @Override
  public void barrier() {
    group.barrier();
  }

  @Override
  public Runnable prepare(Collective collective, int bytes) {
    Tensor tensor = floats(bytes);
    Tensor part = floats(bytes / group.size());
    return switch (collective) {
      case ALL_REDUCE -> () -> group.allReduce(tensor, ReduceOp.SUM);
      case BROADCAST -> () -> group.broadcast(tensor, 0);
      case ALL_GATHER -> () -> group.allGather(tensor, part);
    };
  }

  private static Tensor floats(int bytes) {
    return Tensor.of(ByteBuffer.allocateDirect(bytes), DataType.FLOAT32);
  }

  @Override
  public void close() {
    groups.close();
    store.close();
  }
}
