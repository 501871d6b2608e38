package io.muster.store;

import io.muster.fixtures.contract.QueueContract;
import io.muster.fixtures.contract.StoreContract;

class PrefixHashStoreTest extends StoreContract implements QueueContract {
  private static final String PREFIX = "test_prefix";

  @Override
  protected Store create() {
    return new PrefixStore(PREFIX, new HashStore());
  }

  @Override
  public String named(String key) {
    return PREFIX + "/" + key;
  }
}
