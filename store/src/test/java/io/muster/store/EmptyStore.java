package io.muster.store;

/** A user's store that implements nothing. */
class EmptyStore implements Store {
  @Override
  public void set(String key, byte[] value) {
    throw notImplemented();
  }

  @Override
  public byte[] get(String key) {
    throw notImplemented();
  }

  @Override
  public long add(String key, long delta) {
    throw notImplemented();
  }

  @Override
  public byte[] compareSet(String key, byte[] expected, byte[] desired) {
    throw notImplemented();
  }

  private static UnsupportedOperationException notImplemented() {
    return new UnsupportedOperationException("Not implemented.");
  }
}
