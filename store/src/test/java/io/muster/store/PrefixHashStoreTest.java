package io.muster.store;

import io.muster.fixtures.contract.QueueContract;
import io.muster.fixtures.contract.StoreContract;
import io.muster.fixtures.contract.WatchContract;

class PrefixHashStoreTest extends StoreContract implements QueueContract, WatchContract {
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
