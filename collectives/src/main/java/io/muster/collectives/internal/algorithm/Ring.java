package io.muster.collectives.internal.algorithm;

import io.muster.collectives.internal.reduce.Reducer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Segments on their way around a ring, from each rank to the one below it. A rank begins by sending
 * the chunk above its own and receiving the one above that, and goes up segment by segment, around
 * the end of the buffer. What it sends in a step it has received one chunk earlier. In the first
 * steps the received segment is reduced into the one that is there; in those that follow it takes
 * its place.
 *
 * <pre>{@code
 * rank 0 of 3, chunks of 2   step 0  1  2  3 | 4  5  6  7
 *   sends segment                 2  3  4  5 | 0  1  2  3
 *   receives segment              4  5  0  1 | 2  3  4  5
 *                                  reduced   |  in place
 * }</pre>
 *
 * <p>Receives are posted ahead of the steps they belong to. Those to be reduced go to scratch
 * memory, which limits how many there can be; when the last of them has been posted so are all
 * others, straight into the buffer, although earlier steps have yet to send and to reduce what is
 * there. They come too late to do harm: what takes a segment's place is its final value, which was
 * made from what this rank sent of that segment. When it arrives, that message has arrived at the
 * other end, and it was sent after the only reduction here that touches the segment.
 */
final class Ring {
  /** Two of the longest segments: what has come is reduced before it leaves the cache. */
  private static final int SCRATCH_BYTES = 2 << 20;

  private final Channel channel;
  private final ByteBuffer data;
  private final Reducer reducer;
  private final Segments segments;
  private final int reductions;
  private final int steps;
  private final int below;
  private final int above;

  private final int window;
  private final ByteBuffer scratch;
  private final Queue<PendingMessage> receives = new ArrayDeque<>();
  private final List<PendingMessage> sends = new ArrayList<>();
  private int posted;

  private Ring(
      Channel channel,
      ByteBuffer data,
      Reducer reducer,
      Segments segments,
      int reductions,
      int steps) {
    this.channel = channel;
    this.data = data;
    this.reducer = reducer;
    this.segments = segments;
    this.reductions = reductions;
    this.steps = steps;
    this.below = Math.floorMod(channel.rank() - 1, channel.size());
    this.above = (channel.rank() + 1) % channel.size();
    // Segments are of 1 MiB at most, so there are some.
    this.window = Math.min(reductions, SCRATCH_BYTES / segments.bytes());
    this.scratch = channel.scratch(window * segments.bytes());
  }

  /**
   * Sends the data around.
   *
   * @param reductions in how many steps what is received is reduced
   * @param steps how many steps there are, a chunk's at least
   */
  static void run(
      Channel channel,
      ByteBuffer data,
      Reducer reducer,
      Segments segments,
      int reductions,
      int steps) {
    new Ring(channel, data, reducer, segments, reductions, steps).run();
  }

  private void run() {
    postReceives(0);
    int chunk = segments.perRank();
    for (int step = 0; step < steps; step++) {
      if (step >= chunk) {
        finish(step - chunk);
      }
      send(step);
    }
    for (int step = steps - chunk; step < steps; step++) {
      finish(step);
    }
    sends.forEach(PendingMessage::await);
  }

  private void send(int step) {
    int segment = sent(step);
    if (segments.length(segment) > 0) {
      sends.add(channel.send(below, segments.segment(data, segment)));
    }
  }

  private void finish(int step) {
    int segment = received(step);
    if (segments.length(segment) > 0) {
      receives.remove().await();
      if (step < reductions) {
        reducer.reduce(segments.segment(data, segment), room(step));
      }
    }
    postReceives(step + 1);
  }

  private void postReceives(int finished) {
    while (posted < steps && (posted < finished + window || posted >= reductions)) {
      int segment = received(posted);
      if (segments.length(segment) > 0) {
        ByteBuffer into = posted < reductions ? room(posted) : segments.segment(data, segment);
        receives.add(channel.receive(above, into));
      }
      posted++;
    }
  }

  private ByteBuffer room(int step) {
    return Slice.of(scratch, step % window * segments.bytes(), segments.length(received(step)));
  }

  private int sent(int step) {
    return (channel.rank() + 1) * segments.perRank() + step;
  }

  private int received(int step) {
    return sent(step) + segments.perRank();
  }
}
