package io.muster.cli.demo;

import io.muster.store.internal.text.PrintableText;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Reads the lines of the ranks, each of which begins with the rank, and shows the completed steps:
 * as one line per rank that is drawn again and again on a terminal, or else as they come.
 */
public final class Progress extends OutputStream {
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final List<Map<Step, String>> ranks;
  private final boolean live;
  private final Consumer<String> console;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean drawn;

  /**
   * Creates a progress without steps.
   *
   * @param live whether the console is a terminal, on which the lines are drawn again
   * @param console gets text with its line ends
   */
  public Progress(int size, boolean live, Consumer<String> console) {
    this.ranks =
        IntStream.range(0, size)
            .<Map<Step, String>>mapToObj(rank -> new EnumMap<>(Step.class))
            .toList();
    this.live = live;
    this.console = console;
    if (live) {
      draw();
    }
  }

  @Override
  public synchronized void write(int b) {
    if (b == '\n') {
      accept(line.toString(StandardCharsets.UTF_8));
      line.reset();
    } else {
      line.write(b);
    }
  }

  private void accept(String text) {
    String[] words = text.split(" ", 3);
    Optional<Step> step = words.length == 3 ? Step.of(words[1]) : Optional.empty();
    if (step.isEmpty()) {
      return;
    }
    int rank = Integer.parseInt(words[0]);
    String details = PrintableText.of(words[2]);
    ranks.get(rank).put(step.get(), details);
    if (live) {
      draw();
    } else {
      console.accept("rank " + rank + " " + step.get().word() + ": " + details + "\n");
    }
  }

  private void draw() {
    StringBuilder picture = new StringBuilder();
    if (drawn) {
      picture.append("\u001b[").append(ranks.size()).append('A');
    }
    for (int rank = 0; rank < ranks.size(); rank++) {
      picture.append(CLEAR_LINE).append(row(rank)).append('\n');
    }
    drawn = true;
    console.accept(picture.toString());
  }

  /** A row fits a terminal of 80 columns: a row that wraps cannot be drawn again in place. */
  private String row(int rank) {
    Map<Step, String> done = ranks.get(rank);
    List<String> marks = new ArrayList<>();
    for (Step step : Step.values()) {
      marks.add((done.containsKey(step) ? "[x] " : "[ ] ") + step.word());
    }
    return String.format(
        Locale.ROOT,
        "rank %d  %-30.30s %s",
        rank,
        done.getOrDefault(Step.STARTED, ""),
        String.join(" ", marks));
  }

  /** Whether all ranks have done and checked everything. */
  public synchronized boolean isComplete() {
    return ranks.stream().allMatch(done -> done.size() == Step.values().length);
  }
}
