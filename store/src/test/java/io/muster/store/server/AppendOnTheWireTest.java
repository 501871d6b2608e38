package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.keys;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.wire.RawClient;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Appending to long values, as clients see it. Fault A3; see also {@code AppendTest}. */
class AppendOnTheWireTest extends ServerTest {
  private static final int MEBIBYTE = 1024 * 1024;

  AppendOnTheWireTest(ServerBackend backend) {
    super(backend);
  }

  private static String append(String key, byte[] value) {
    return "09" + blob(key) + blob(value);
  }

  @Test
  void append_whoseResultIsOfTheLimit_isServed_andOneByteMoreIsRefused() {
    restart(options().maxValueBytes(2000));
    try (RawClient client = connect()) {
      client.send(set("/k", "x".repeat(1999)) + append("/k", new byte[1])).sync();
    }
    try (RawClient client = connect()) {
      client.send(append("/k", new byte[1])).expectClosed();
    }
    try (RawClient client = connect()) {
      client.send("03" + blob("/k"));
      assertThat(client.readBlob()).hasSize(2000);
    }
  }

  @Test
  void appendedValue_readInEachWay_isWhole() {
    byte[] first = new byte[3 * MEBIBYTE];
    new SplittableRandom(1).nextBytes(first);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(first);
    StringBuilder appends = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      byte[] more = {(byte) i, (byte) (i >> 8), 1};
      appends.append(append("/k", more));
      all.writeBytes(more);
    }
    byte[] whole = all.toByteArray();
    byte[] other = whole.clone();
    other[whole.length - 1]++;
    try (RawClient client = connect()) {
      client.send("01" + blob("/k") + i64(first.length)).send(first).send(appends.toString());
      client.send("03" + blob("/k"));
      assertThat(Arrays.equals(client.readBlob(), whole)).isTrue();

      client.send(set("/s", "short") + "0a" + keys("/s", "/k", "/none", "/k", "/s"));
      client.expect(blob("short"));
      assertThat(Arrays.equals(client.readBlob(), whole)).isTrue();
      client.expect(blob(""));
      assertThat(Arrays.equals(client.readBlob(), whole)).isTrue();
      client.expect(blob("short"));

      client.send("02" + blob("/k") + blob(other) + blob("new"));
      assertThat(Arrays.equals(client.readBlob(), whole)).isTrue();
      client.send("02" + blob("/k") + blob(whole) + blob("new")).expect(blob("new")).sync();
    }
  }

  /** Whoever has asked gets what was there, whatever is appended while he reads. */
  @Test
  void appendedValue_whileItIsAppendedTo_isReadAsItWas() {
    byte[] first = new byte[8 * MEBIBYTE - 100_000];
    try (RawClient reader = connect();
        RawClient writer = connect()) {
      writer.send("01" + blob("/k") + i64(first.length)).send(first);
      writer.send(append("/k", new byte[] {1, 2, 3})).sync();
      reader.send("03" + blob("/k"));
      assertThat(reader.readLong()).isEqualTo(first.length + 3);
      for (int i = 0; i < 100; i++) {
        writer.send(append("/k", new byte[700])).sync();
      }
      reader.skip(first.length).expect("01 02 03").sync();
    }
  }
}
