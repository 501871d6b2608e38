package io.muster.store.internal.file;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.store.internal.keyspace.Key;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordReaderTest {
  @Test
  void next_writtenRecords_readsThemInOrder() throws IOException {
    Records records = new Records();
    records.put(key("/k"), bytes("v"));
    records.put(key("/empty"), bytes(""));
    records.remove(key("/k"));
    RecordReader reader = reader(records.toByteArray());

    assertNext(reader, "/k", "v");
    assertNext(reader, "/empty", "");
    assertNext(reader, "-/k", "");
    assertThat(reader.next()).isFalse();
    assertThat(reader.consumedTo()).isEqualTo(records.toByteArray().length);
  }

  @Test
  void records_ofPyTorch_areTheSameBytes() {
    Records records = new Records();
    records.put(key("/k"), bytes("v"));
    records.remove(key("/k"));

    assertThat(HexFormat.of().formatHex(records.toByteArray()))
        .isEqualTo("02000000" + "2f6b" + "01000000" + "76" + "03000000" + "2d2f6b" + "00000000");
  }

  @Test
  void records_longValue_haveItsLengthLittleEndian() {
    Records records = new Records();
    records.put(key("/k"), new byte[0x010203]);

    assertThat(HexFormat.of().formatHex(records.toByteArray(), 6, 10)).isEqualTo("03020100");
  }

  @Test
  void next_recordCutAnywhere_isNotRead() throws IOException {
    Records records = new Records();
    records.put(key("/k"), bytes("v"));
    int first = records.toByteArray().length;
    records.put(key("/key"), bytes("value"));
    byte[] both = records.toByteArray();

    for (int length = first; length < both.length; length++) {
      RecordReader reader = reader(Arrays.copyOf(both, length));
      assertNext(reader, "/k", "v");
      assertThat(reader.next()).as("cut at %d", length).isFalse();
      assertThat(reader.consumedTo()).isEqualTo(first);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ffffffff2f6b", "02000000" + "2f6b" + "ffffffff76", "00000080"})
  void next_lengthBeyondTheEnd_readsAndAllocatesNothing(String hex) throws IOException {
    RecordReader reader = reader(HexFormat.of().parseHex(hex));

    assertThat(reader.next()).isFalse();
    assertThat(reader.consumedTo()).isZero();
  }

  @Test
  void next_lengthBeyondAnArray_throws() {
    InputStream start =
        new ByteArrayInputStream(HexFormat.of().parseHex("01000000" + "2f" + "ffffffff"));

    assertThatThrownBy(() -> new RecordReader(start, 7, 1L << 40).next())
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the record at byte 7 has a value of 4294967295 bytes, which does not fit into memory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000", // an empty key
        "01000000" + "41",
        "02000000" + "2d2d",
        "0a000000" + "726566636f756e742f", // refcount/ with a length that is too large
        "05000000" + "61",
        "ffffffff" + "00",
      })
  void next_keyThatCannotBeOne_throws(String hex) {
    RecordReader reader = reader(HexFormat.of().parseHex(hex + "00000000"));

    assertThatThrownBy(reader::next)
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("the file is damaged at byte 0 or before: ");
  }

  private static void assertNext(RecordReader reader, String key, String value) throws IOException {
    assertThat(reader.next()).isTrue();
    assertThat(reader.key()).isEqualTo(bytes(key));
    assertThat(reader.value()).isEqualTo(bytes(value));
  }

  private static RecordReader reader(byte[] bytes) {
    return new RecordReader(new ByteArrayInputStream(bytes), 0, bytes.length);
  }

  private static Key key(String text) {
    return new Key(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }
}
