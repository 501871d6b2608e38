package io.muster.store.internal.file;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.store.internal.keyspace.Key;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.logging.Filter;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A damaged file is left as it is, and one with an incomplete record at its end is cut. Fault C1;
 * the other places that shorten the file are {@link OpenFile#append} after a failed write, which
 * cuts off only what it has written, and {@link FileLog#removeFile}.
 */
class FileDamageTest {
  private static final Logger LOGGER = Logger.getLogger(FileLog.class.getName());

  @TempDir Path directory;
  private final List<String> logged = new ArrayList<>();
  private final Filter recorder =
      record -> {
        logged.add(new SimpleFormatter().formatMessage(record));
        return false;
      };
  private Path path;
  private FileLog log;

  @BeforeEach
  void open() throws IOException {
    LOGGER.setFilter(recorder);
    path = directory.resolve("log");
    log = new FileLog(path, key -> {});
  }

  @AfterEach
  void close() throws IOException {
    LOGGER.setFilter(null);
    log.close();
  }

  @Test
  void change_anyBitOfALengthFlipped_throwsAndCutsNothing() throws IOException {
    List<byte[]> records = records();
    byte[] sound = concat(records);
    int start = 0;
    for (byte[] record : records) {
      boolean last = start + record.length == sound.length;
      int valueLength = start + 4 + record[0];
      for (int bit = 0; bit < 64; bit++) {
        int at = bit < 32 ? start + bit / 8 : valueLength + bit / 8 - 4;
        // What follows the last value's length looks the same after a crash.
        if (!last || at < start + 4) {
          assertIsLeftAlone(flipped(sound, at, bit % 8), start);
        }
      }
      start += record.length;
    }
  }

  @Test
  void refresh_lengthDamagedInAPartNotYetRead_throws() throws IOException {
    List<byte[]> records = records();
    Files.write(path, records.get(0));
    log.refresh();
    byte[] rest = concat(records.subList(1, records.size()));
    Files.write(path, flipped(rest, 2, 0), APPEND);

    assertThatThrownBy(log::refresh)
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("byte " + records.get(0).length);
  }

  @Test
  void change_damageThenATornRecord_throwsAndCutsNothing() throws IOException {
    List<byte[]> records = records();
    byte[] sound = concat(records);
    for (int torn = 1; torn < records.get(records.size() - 1).length; torn++) {
      byte[] content = Arrays.copyOf(sound, sound.length - torn);
      assertIsLeftAlone(flipped(content, records.get(0).length + 1, 1), records.get(0).length);
    }
  }

  @Test
  void change_randomBytesOverwritten_neverCutsAWholeRecord() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<byte[]> records = records();
    byte[] sound = concat(records);
    int lastStart = sound.length - records.get(records.size() - 1).length;
    for (int round = 0; round < 500; round++) {
      byte[] content = sound.clone();
      int length = 1 + random.nextInt(4);
      int at = random.nextInt(lastStart - length);
      for (int i = 0; i < length; i++) {
        content[at + i] = (byte) random.nextInt();
      }
      startOver(content);
      boolean refused = false;
      try {
        put("/new", "1");
      } catch (MalformedFileException e) {
        refused = true;
      }
      byte[] found = Files.readAllBytes(path);
      assertThat(found.length)
          .as("seed %d, round %d, %d bytes at %d, refused: %s", seed, round, length, at, refused)
          .isEqualTo(content.length + (refused ? 0 : record("/new", "1").length));
      assertThat(Arrays.copyOf(found, content.length)).isEqualTo(content);
    }
  }

  @Test
  void change_tornTail_isCutOffWithAWarning() throws IOException {
    byte[] whole = concat(records());
    startOver(concat(List.of(whole, new byte[] {5, 0, 0})));
    put("/new", "1");

    assertThat(logged)
        .containsExactly(
            path
                + ": removing 3 bytes at byte "
                + whole.length
                + ": an incomplete record of a process that ended while it wrote");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 65_535, 65_536, 65_541, 200_000, 1_000_000})
  void change_tornValueOfAnyContent_cutsItOff(int size) throws IOException {
    byte[] whole = concat(records());
    byte[] random = new byte[size];
    new Random(size).nextBytes(random);
    byte[] text = "/usr/lib/a-b_c/".repeat(size / 15 + 1).substring(0, size).getBytes(US_ASCII);
    for (byte[] value : List.of(new byte[size], random, text)) {
      byte[] torn = record("/torn", value);
      startOver(concat(List.of(whole, Arrays.copyOf(torn, torn.length - 1))));
      put("/new", "1");

      assertThat(Files.readAllBytes(path)).isEqualTo(concat(List.of(whole, record("/new", "1"))));
    }
  }

  /** The length of a record ends up within the last bytes of the file, too few for another one. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void change_recordThatSwallowsWholeOnes_throwsAndCutsNothing(int left) throws IOException {
    byte[] whole = concat(records());
    byte[] swallowed = concat(List.of(record("/one", "1"), record("/two", "2")));
    byte[] damaged = record("/long", "value");
    damaged[4 + "/long".length()] += (byte) (swallowed.length - left);

    assertIsLeftAlone(concat(List.of(whole, damaged, swallowed)), whole.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 65_536, 300_000})
  void change_recordFarAfterTheDamage_isFound(int distance) throws IOException {
    assertIsFoundAfter(distance);
  }

  /** The file is searched in windows of 65,536 bytes, and a record may begin in one and not end. */
  @Test
  void change_recordAtTheEndOfASearchWindow_isFound() throws IOException {
    for (int distance = 65_536 - 64; distance <= 65_536; distance++) {
      assertIsFoundAfter(distance);
    }
  }

  private void assertIsFoundAfter(int distance) throws IOException {
    byte[] whole = concat(records());
    byte[] damaged = record("/long", new byte[distance]);
    damaged[4 + "/long".length() + 3] = 0x7f;
    byte[] last = record("/last", "1".getBytes(US_ASCII));

    assertIsLeftAlone(concat(List.of(whole, damaged, last)), whole.length);
  }

  private void assertIsLeftAlone(byte[] content, int earliest) throws IOException {
    startOver(content);
    assertThatThrownBy(() -> put("/new", "1"), HexFormat.of().formatHex(content))
        .isInstanceOf(MalformedFileException.class)
        .satisfies(e -> assertThat(offset(e)).isGreaterThanOrEqualTo(earliest));
    assertThatThrownBy(log::refresh).isInstanceOf(MalformedFileException.class);
    assertThat(Files.readAllBytes(path)).isEqualTo(content);
  }

  /** The first byte that the message names; 0 if it is the whole file that is not a store's. */
  private static long offset(Throwable e) {
    String message = e.toString();
    if (message.endsWith("the file is not a store's; it is left unchanged")) {
      return 0;
    }
    String rest = message.substring(message.indexOf("byte ") + "byte ".length());
    return Long.parseLong(rest.substring(0, rest.indexOf(' ')));
  }

  private static List<byte[]> records() {
    List<byte[]> records = new ArrayList<>();
    records.add(record("refcount/", "1"));
    for (int i = 0; i < 5; i++) {
      records.add(record("/key" + i, "value-" + i));
    }
    records.add(record("-/key3", ""));
    records.add(record("cleanup/", "1"));
    records.add(record("/end", "the last one"));
    return records;
  }

  private static byte[] flipped(byte[] bytes, int at, int bit) {
    byte[] damaged = bytes.clone();
    damaged[at] ^= (byte) (1 << bit);
    return damaged;
  }

  private void startOver(byte[] content) throws IOException {
    log.close();
    Files.write(path, content);
  }

  private void put(String key, String value) throws IOException {
    log.change(
        records -> {
          records.put(new Key(key.getBytes(US_ASCII)), value.getBytes(US_ASCII));
          return true;
        });
  }

  private static byte[] record(String key, String value) {
    return record(key, value.getBytes(US_ASCII));
  }

  private static byte[] record(String key, byte[] value) {
    Records records = new Records();
    records.put(new Key(key.getBytes(US_ASCII)), value);
    return records.toByteArray();
  }

  private static byte[] concat(List<byte[]> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    parts.forEach(all::writeBytes);
    return all.toByteArray();
  }
}
