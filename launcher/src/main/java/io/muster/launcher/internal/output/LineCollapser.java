package io.muster.launcher.internal.output;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Writes equal lines of several workers as one, with the ranks before it, as in {@code [0-3,5]:}. A
 * line is held back until all workers have written it, but no longer than the window. Lines that a
 * worker repeats are all written, and the lines of each worker keep their order.
 *
 * <p>Thread-safe.
 */
public final class LineCollapser {
  /** For how long a line waits for those of other workers. */
  public static final Duration WINDOW = Duration.ofMillis(500);

  private static final Logger LOG = System.getLogger(LineCollapser.class.getName());

  /** When more bytes are held back, the oldest lines are written. */
  private static final int MAX_HELD = 4 << 20;

  /** The memory of a held line beyond its text. */
  private static final int OVERHEAD = 200;

  private final Console console;
  private final int workers;
  private final LongSupplier clock;

  /** The lines that are held back, in the order in which they will be written. */
  private final ArrayDeque<HeldLine> held = new ArrayDeque<>();

  /** The held lines of each text, by number. */
  private final Map<String, NavigableMap<Long, HeldLine>> byText = new HashMap<>();

  /** The number of the last line of each rank. */
  private final Map<Integer, Long> lastOfRank = new HashMap<>();

  private long nextNumber;
  private long heldBytes;
  private int open;
  private boolean hasThread;

  /** A line, whose bytes are characters here, and the ranks that have written it so far. */
  private record HeldLine(long number, String text, BitSet ranks, long deadline) {}

  /**
   * Creates a collapser.
   *
   * @param workers the number of workers; a line that all of them have written waits no longer
   */
  public LineCollapser(Console console, int workers) {
    this(console, workers, System::nanoTime);
  }

  LineCollapser(Console console, int workers, LongSupplier clock) {
    this.console = console;
    this.workers = workers;
    this.clock = clock;
  }

  /**
   * The sink of a rank. A thread writes the lines that have waited. The end of a sink does not
   * write any, because the next rank may not have started yet: see {@link #flush}.
   */
  public LineSink sink(int rank) {
    open();
    return new LineSink() {
      @Override
      public void line(byte[] bytes, int length) {
        accept(rank, new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
      }

      @Override
      public void flush() {}

      @Override
      public void end() {
        close();
      }
    };
  }

  private synchronized void open() {
    open++;
    if (!hasThread) {
      Thread thread = new Thread(this::writeWhenDue, "muster-output-collapse");
      thread.setDaemon(true);
      thread.start();
      hasThread = true;
    }
  }

  private synchronized void close() {
    open--;
    notifyAll();
  }

  /** Writes all lines that are held back. To be called after the end of all ranks. */
  public synchronized void flush() {
    while (!held.isEmpty()) {
      writeFirst();
    }
    notifyAll();
  }

  synchronized void accept(int rank, String text) {
    NavigableMap<Long, HeldLine> equal = byText.computeIfAbsent(text, key -> new TreeMap<>());
    Map.Entry<Long, HeldLine> next = equal.higherEntry(lastOfRank.getOrDefault(rank, -1L));
    HeldLine line = next == null ? hold(text) : next.getValue();
    equal.put(line.number, line);
    line.ranks.set(rank);
    lastOfRank.put(rank, line.number);
    writeDue();
    if (next == null) {
      notifyAll();
    }
  }

  private HeldLine hold(String text) {
    HeldLine line =
        new HeldLine(nextNumber++, text, new BitSet(), clock.getAsLong() + WINDOW.toNanos());
    held.add(line);
    heldBytes += text.length() + OVERHEAD;
    return line;
  }

  /**
   * Writes the first lines, as long as all workers have written them, they have waited for the
   * window, or more than {@link #MAX_HELD} bytes are held back.
   */
  synchronized void writeDue() {
    long now = clock.getAsLong();
    for (HeldLine first = held.peek(); first != null; first = held.peek()) {
      boolean due = first.ranks.cardinality() == workers || first.deadline - now <= 0;
      if (!due && heldBytes <= MAX_HELD) {
        return;
      }
      writeFirst();
    }
  }

  private void writeFirst() {
    HeldLine line = held.remove();
    heldBytes -= line.text.length() + OVERHEAD;
    NavigableMap<Long, HeldLine> equal = byText.get(line.text);
    if (equal != null) {
      equal.remove(line.number);
      if (equal.isEmpty()) {
        byText.remove(line.text);
      }
    }
    byte[] bytes =
        ("[" + ranges(line.ranks) + "]:" + line.text + "\n").getBytes(StandardCharsets.ISO_8859_1);
    console.write(bytes, bytes.length);
  }

  private void writeWhenDue() {
    try {
      while (awaitLine()) {
        writeDue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      LOG.log(Level.ERROR, "output is written late from here on", e);
    }
  }

  /** Waits until the first line is due. Returns false if there are no more sinks and lines. */
  private synchronized boolean awaitLine() throws InterruptedException {
    while (open > 0 || !held.isEmpty()) {
      HeldLine first = held.peek();
      if (first == null) {
        wait();
        continue;
      }
      long left = first.deadline - clock.getAsLong();
      if (left <= 0) {
        return true;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left + 1_000_000);
    }
    hasThread = false;
    return false;
  }

  private static String ranges(BitSet ranks) {
    StringBuilder text = new StringBuilder();
    for (int from = ranks.nextSetBit(0); from >= 0; ) {
      int to = ranks.nextClearBit(from) - 1;
      text.append(text.isEmpty() ? "" : ",").append(from);
      if (to > from) {
        text.append('-').append(to);
      }
      from = ranks.nextSetBit(to + 1);
    }
    return text.toString();
  }
}
