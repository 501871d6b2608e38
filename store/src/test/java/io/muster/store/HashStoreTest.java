package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.contract.QueueContract;
import io.muster.fixtures.contract.StoreContract;
import io.muster.fixtures.contract.WatchContract;
import java.time.Duration;
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
  void changes_areKeptWhileThereIsAWatcher() {
    HashStore store = new HashStore();
    try (Watcher first = store.watch("k")) {
      store.set("k", "1");
      try (Watcher second = store.watch("k", first.revision())) {
        assertThat(second.next(Duration.ZERO)).isPresent();
      }
    }
    try (Watcher third = store.watch("k", 0)) {
      assertThatExceptionOfType(ChangesMissedException.class)
          .isThrownBy(() -> third.next(Duration.ZERO));
    }
  }

  @Test
  void hasExtendedApi_isTrue() {
    assertThat(store().hasExtendedApi()).isTrue();
  }
}
