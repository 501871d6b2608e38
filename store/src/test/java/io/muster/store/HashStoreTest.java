package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.contract.QueueContract;
import io.muster.fixtures.contract.StoreContract;
import io.muster.fixtures.contract.WatchContract;
import org.junit.jupiter.api.Test;

class HashStoreTest extends StoreContract implements QueueContract, WatchContract {
  @Override
  protected Store create() {
    return new HashStore();
  }

  @Test
  void timeout_ofANewStore_isFiveMinutes() {
    assertThat(new HashStore().timeout()).hasMinutes(5);
  }

  @Test
  void close_changesNothing() {
    store().set("k", "v");
    store().close();

    assertThat(store().getString("k")).isEqualTo("v");
  }

  @Test
  void hasExtendedApi_isTrue() {
    assertThat(store().hasExtendedApi()).isTrue();
  }
}
