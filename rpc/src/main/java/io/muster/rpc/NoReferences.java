package io.muster.rpc;

final class NoReferences implements RpcCodec.References {
  @Override
  public byte[] write(RemoteRef<?> reference) {
    throw new IllegalArgumentException("references cannot be sent");
  }

  @Override
  public RemoteRef<?> read(byte[] bytes) {
    throw new IllegalArgumentException("references cannot be received");
  }
}
