package io.muster.bench.collectives;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A rank of PyTorch's C++ Gloo. */
final class PyTorchRankSide implements RankSide {
  private final int size;
  private final ProcessGroupGloo group;

  PyTorchRankSide(int port, int rank, int size) {
    this.size = size;
    Loader.load(org.bytedeco.pytorch.global.torch_gloo.class);
    TCPStoreOptions where = new TCPStoreOptions();
    where.port((short) port).isServer(false).waitWorkers(false);
    ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create();
    options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname("127.0.0.1")));
    group = new ProcessGroupGloo(new TCPStore("127.0.0.1", where), rank, size, options);
  }

  @Override
  public void barrier() {
    group.barrier()._wait();
  }

  @Override
  public Runnable prepare(Collective collective, int bytes) {
    Tensor tensor = torch.zeros(bytes / Float.BYTES);
    Tensor part = torch.zeros(bytes / Float.BYTES / size);
    TensorVector tensors = new TensorVector(tensor);
    return switch (collective) {
      case ALL_REDUCE -> () -> group.allreduce(tensors)._wait();
      case BROADCAST -> () -> group.broadcast(tensors, new BroadcastOptions())._wait();
      case ALL_GATHER -> () -> group._allgather_base(tensor, part)._wait();
    };
  }

  @Override
  public void close() {
    group.close();
  }
}
