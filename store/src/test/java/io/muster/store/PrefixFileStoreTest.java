package io.muster.store;

class PrefixFileStoreTest extends FileStoreContractTest {
  private static final String PREFIX = "test_prefix";

  @Override
  protected Store create() {
    return new PrefixStore(PREFIX, super.create());
  }

  @Override
  public String named(String key) {
    return PREFIX + "/" + key;
  }
}
