package io.muster.rpc;

/** Fails for values that contain references. */
final class NoReferences implements RpcCodec.References {
  @Override
  public byte[] write(RemoteRef<?> reference) {
    throw new IllegalArgumentException("no references here");
  }

  @Override
  public RemoteRef<?> read(byte[] bytes) {
    throw new IllegalArgumentException("no references here");
  }
}
