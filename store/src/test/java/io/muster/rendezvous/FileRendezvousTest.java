package io.muster.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.store.FileStore;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileRendezvousTest {
  @ParameterizedTest
  @CsvSource({
    "file://?rank=0&world_size=1, path missing",
    "file://foo?rank=0&world_size=1, path missing",
    "file:///dir/foo?world_size=1, rank parameter missing",
    "file:///dir/foo?rank=0, world size parameter missing",
  })
  void of_incompleteUrl_saysWhatIsMissing(String url, String missing) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rendezvous.of(url))
        .withMessageStartingWith(
            "Error initializing torch.distributed using file:// rendezvous: " + missing);
  }

  @Test
  void of_twoRanks_shareTheFile(@TempDir Path directory) {
    Path file = directory.resolve("rendezvous");
    String url = "file:///" + file + "?world_size=2";

    try (Rendezvous first = Rendezvous.of(url + "&rank=0");
        Rendezvous second = Rendezvous.of(url + "&rank=1")) {
      assertThat(first.rank()).isZero();
      assertThat(first.worldSize()).isEqualTo(2);
      assertThat(second.rank()).isEqualTo(1);
      assertThat(second.worldSize()).isEqualTo(2);

      first.store().set("key0", "value0");
      second.store().set("key1", "value1");

      assertThat(second.store().getString("key0")).isEqualTo("value0");
      assertThat(first.store().getString("key1")).isEqualTo("value1");
    }
    assertThat(file).as("the file, after both ranks have closed").doesNotExist();
  }

  @Test
  void of_aPath_isTakenAsItIs(@TempDir Path directory) {
    Path file = directory.resolve("100%20 of+it");

    try (Rendezvous rendezvous = Rendezvous.of("file://" + file, 0, 1)) {
      assertThat(rendezvous.store())
          .isInstanceOfSatisfying(
              FileStore.class, store -> assertThat(store.path()).isEqualTo(file));
    }
  }

  @Test
  void of_aTimeout_isTheStores(@TempDir Path directory) {
    RendezvousOptions options =
        RendezvousOptions.builder().rank(0).worldSize(1).timeout(Duration.ofSeconds(7)).build();

    try (Rendezvous rendezvous =
        Rendezvous.of("file://" + directory.resolve("rendezvous"), options)) {
      assertThat(rendezvous.store().timeout()).hasSeconds(7);
    }
  }
}
