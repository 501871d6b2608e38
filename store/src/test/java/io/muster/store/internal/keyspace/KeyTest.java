package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyTest {
  @Test
  void keys_ofEqualBytes_areEqual() {
    Key key = new Key(new byte[] {1, -1});

    assertThat(key)
        .isEqualTo(new Key(new byte[] {1, -1}))
        .hasSameHashCodeAs(new Key(new byte[] {1, -1}));
    assertThat(key).isNotEqualTo(new Key(new byte[] {1, -2}));
    assertThat(key).isNotEqualTo(new Key(new byte[] {1}));
    assertThat(key.equals(new Object())).isFalse();
  }

  @Test
  void keys_ofEqualHash_areToldApart() {
    Map<Integer, Key> byHash = new HashMap<>();
    for (int i = 0; true; i++) {
      Key key = new Key(Integer.toString(i).getBytes(US_ASCII));
      Key other = byHash.put(key.hashCode(), key);
      if (other != null) {
        assertThat(key).isNotEqualTo(other);
        return;
      }
    }
  }

  /** As many words of "Aa" and "BB" as there are have one hash in Java's own way to compute it. */
  @Test
  void keys_chosenToHaveOneHash_haveDifferentHashes() {
    Set<Integer> hashes = new HashSet<>();
    for (int i = 0; i < 1024; i++) {
      StringBuilder text = new StringBuilder();
      for (int bit = 0; bit < 10; bit++) {
        text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      hashes.add(new Key(text.toString().getBytes(US_ASCII)).hashCode());
    }

    assertThat(hashes).hasSizeGreaterThan(1000);
  }
}
