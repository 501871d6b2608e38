package io.muster.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.ChildProcess;
import io.muster.store.FileStore;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Muster's FileStore in this process and PyTorch's in another, in one file. */
@ExtendWith(CppPyTorch.class)
class FileStoreWithCppIT {
  private final Path path;
  private final FileStore java;
  private final ChildProcess cpp;

  FileStoreWithCppIT(@TempDir Path directory) {
    path = directory.resolve("store");
    java = new FileStore(path, 2);
    cpp = ChildProcess.java(CppPeer.class, "file", path.toString(), "2");
    assertThat(cpp.answer()).isEqualTo("ready");
  }

  @AfterEach
  void close() {
    cpp.close();
    java.close();
  }

  @Test
  void set_byEither_isReadByTheOther() {
    byte[] binary = {0, -1, 127, -128, '\n'};
    java.set("java", binary);
    cpp.ask("set cpp 00ff7f80");
    cpp.ask("set empty ");

    assertThat(cpp.ask("get java")).isEqualTo("00ff7f800a");
    assertThat(java.get("cpp")).isEqualTo(HexFormat.of().parseHex("00ff7f80"));
    assertThat(java.get("empty")).isEmpty();
    java.multiSet(List.of("a", "b"), List.of(new byte[] {1}, new byte[] {2}));
    java.append("a", new byte[] {3});
    assertThat(cpp.ask("get a")).isEqualTo("0103");
    cpp.ask("append a 04");
    assertThat(java.get("a")).containsExactly(1, 3, 4);
    assertThat(java.listKeys()).containsExactlyInAnyOrder("java", "cpp", "empty", "a", "b");
    assertThat(cpp.ask("numKeys")).isEqualTo(String.valueOf(java.numKeys()));
  }

  @Test
  void set_ofALongValue_isReadByTheOther() {
    String hex = "00ff".repeat(1 << 19);
    java.set("long", HexFormat.of().parseHex(hex));

    assertThat(cpp.ask("get long")).isEqualTo(hex);
  }

  @Test
  void add_byBothAtOnce_losesNothing() {
    cpp.tell("add n 2000");
    for (int i = 0; i < 2000; i++) {
      java.add("n", 1);
    }
    cpp.answer();

    assertThat(java.add("n", 0)).isEqualTo(4000);
    assertThat(cpp.ask("add n 1")).isEqualTo("4001");
  }

  @Test
  void await_ofEither_isEndedByTheOther() {
    var waiting = Background.call(() -> java.getString("from C++")).awaitBlocked();
    cpp.ask("set from_cpp 00");
    waiting.awaitBlocked();
    java.set("from C++", "v");
    assertThat(waiting.result()).isEqualTo("v");

    var waitingForCpp = Background.call(() -> java.get("k")).awaitBlocked();
    cpp.ask("set k 2a");
    assertThat(waitingForCpp.result()).containsExactly(42);

    cpp.tell("get late");
    assertThat(cpp.isSilent()).isTrue();
    java.set("late", "v");
    assertThat(cpp.answer()).isEqualTo(hex("v"));
  }

  @Test
  void await_thatTimesOut_leavesTheCppStoreUsable() {
    assertThat(cpp.ask("await no 100")).startsWith("! wait timeout");

    java.set("no", "v");
    assertThat(cpp.ask("get no")).isEqualTo(hex("v"));
  }

  @Test
  void compareSet_byBoth_swapsWhatTheOtherSet() {
    assertThat(java.compareSet("k", "", "java")).isEqualTo("java");
    assertThat(cpp.ask("compareSet k " + hex("java") + " " + hex("c++"))).isEqualTo(hex("c++"));
    assertThat(java.compareSet("k", "java", "no")).isEqualTo("c++");
    assertThat(cpp.ask("compareSet k " + hex("java") + " " + hex("no"))).isEqualTo(hex("c++"));
  }

  @Test
  void deleteKey_byEither_isSeenByTheOther() {
    java.set("a", "1");
    cpp.ask("set b 31");
    assertThat(cpp.ask("deleteKey a")).isEqualTo("true");
    assertThat(java.check("a")).isFalse();
    assertThat(java.deleteKey("b")).isTrue();
    assertThat(cpp.ask("check b")).isEqualTo("false");
    assertThat(java.listKeys()).isEmpty();
  }

  @Test
  void close_ofCppLast_removesTheFile() {
    java.close();
    assertThat(path).exists();

    cpp.endInput();

    assertThat(cpp.answer()).isEqualTo("closed");
    assertThat(path).doesNotExist();
  }

  @Test
  void close_ofJavaLast_removesTheFile() {
    cpp.endInput();
    assertThat(cpp.answer()).isEqualTo("closed");
    assertThat(path).exists();

    java.close();

    assertThat(path).doesNotExist();
  }

  /** The lock is held by a third process, util-linux's flock. */
  @Test
  void lock_heldByAnother_holdsUpBoth() {
    try (ChildProcess holder =
        ChildProcess.start(
            Map.of(), List.of("flock", path.toString(), "sh", "-c", "echo '= locked'; cat"))) {
      assertThat(holder.answer()).isEqualTo("locked");
      cpp.tell("add n 1");
      var adding = Background.call(() -> java.add("n", 1));
      assertThat(cpp.isSilent()).isTrue();
      assertThat(adding.isDone()).isFalse();

      holder.endInput();

      assertThat(Long.parseLong(cpp.answer()) + adding.result()).isEqualTo(1 + 2);
    }
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(UTF_8));
  }
}
