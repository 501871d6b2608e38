package io.muster.store.internal.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

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
    Key one = new Key(new byte[] {0, 31});
    Key other = new Key(new byte[] {1, 0});

    assertThat(one).hasSameHashCodeAs(other).isNotEqualTo(other);
  }
}
