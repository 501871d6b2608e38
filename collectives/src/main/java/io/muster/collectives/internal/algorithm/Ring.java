package io.muster.collectives.internal.algorithm;

import io.muster.collectives.internal.reduce.Reducer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Sends segments around a ring, from each rank to the rank below it. In its first step a rank sends
 * the first segment of the chunk above its own, and receives the first segment of the chunk above
 * that one. Each further step continues with the next segment and wraps around at the end of the
 * buffer. A rank sends a segment one chunk of steps after it has received it. In the first steps a
 * rank reduces the received segment into its own data. In the later steps the received segment
 * replaces its own data.
 *
 * <pre>{@code
 * rank 0 of 3, chunks of 2   step 0  1  2  3 | 4  5  6  7
 *   sends segment                 2  3  4  5 | 0  1  2  3
 *   receives segment              4  5  0  1 | 2  3  4  5
 *                                  reduced   |  copied
 * }</pre>
 *
 * <p>Receives are posted ahead of their steps. Segments that are to be reduced are received into
 * scratch memory, whose size limits the number of posted receives. Once the last of these is
 * posted, all receives of the later steps are posted at once, directly into the buffer, although
 * earlier steps still have to reduce and send the data there. This is safe: what replaces a segment
 * is its final value, which other ranks compute from the segment that this rank has sent. So when
 * the final value arrives, that send is done, and it came after the only reduction of the segment
 * here.
 */
final class Ring {
  /**
   * Two segments of maximum size, so that received data are reduced while they are in the cache.
   */
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
  private final Queue<Message> receives = new ArrayDeque<>();
  private final List<Message> sends = new ArrayList<>();
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
    // At least 2, because a segment has at most 1 MiB.
    this.window = Math.min(reductions, SCRATCH_BYTES / segments.bytes());
    this.scratch = channel.scratch(window * segments.bytes());
  }

  /**
   * Runs this rank's part of the ring.
   *
   * @param reductions the number of steps that reduce the received segment
   * @param steps the number of all steps; at least the number of segments per chunk
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
    sends.forEach(Message::await);
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
        reducer.reduce(segments.segment(data, segment), scratch(step));
      }
    }
    postReceives(step + 1);
  }

  private void postReceives(int finished) {
    while (posted < steps && (posted < finished + window || posted >= reductions)) {
      int segment = received(posted);
      if (segments.length(segment) > 0) {
        ByteBuffer into = posted < reductions ? scratch(posted) : segments.segment(data, segment);
        receives.add(channel.receive(above, into));
      }
      posted++;
    }
  }

  private ByteBuffer scratch(int step) {
    return Slice.of(scratch, step % window * segments.bytes(), segments.length(received(step)));
  }

  private int sent(int step) {
    return (channel.rank() + 1) * segments.perRank() + step;
  }

  private int received(int step) {
    return sent(step) + segments.perRank();
  }
}
