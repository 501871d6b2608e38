package io.muster.replicated;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** The settings of Ratis. Its setters are used, because its documentation has wrong names. */
final class RaftSettings {
  /** What Ratis adds to a batch in its entry. */
  private static final int ENTRY_OVERHEAD = 4 * 1024;

  /** Between the length of an entry and that of the buffer it is written from. */
  private static final int FRAME = 8;

  private static final int CACHED_SEGMENTS = 4;

  private static final TimeDuration NEVER = TimeDuration.valueOf(365, TimeUnit.DAYS);
  private static final TimeDuration SHORT = TimeDuration.valueOf(20, TimeUnit.MILLISECONDS);
  private static final TimeDuration LESS_SHORT = TimeDuration.valueOf(40, TimeUnit.MILLISECONDS);

  private RaftSettings() {}

  /** The longest entry of a log whose batches have at most {@code batch} bytes. */
  static int maxEntry(int batch) {
    return batch + ENTRY_OVERHEAD;
  }

  /** The settings of a node that is alone. Each batch is forced to the disk, which is a default. */
  static RaftProperties ofOneNode(DataDirectory directory, JournalSizes sizes) {
    RaftProperties settings = new RaftProperties();
    RaftConfigKeys.Rpc.setType(settings, new LocalRpcType());
    RaftServerConfigKeys.setStorageDir(settings, List.of(directory.raft().toFile()));
    RaftServerConfigKeys.setRemovedGroupsDir(
        settings, directory.raft().resolveSibling("removed").toFile());

    // There is nobody to lose an election against, nor to hand over to after a pause.
    RaftServerConfigKeys.Rpc.setTimeoutMin(settings, SHORT);
    RaftServerConfigKeys.Rpc.setTimeoutMax(settings, LESS_SHORT);
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(settings, NEVER);
    RaftServerConfigKeys.setCloseThreshold(settings, NEVER);

    SizeInBytes entry = SizeInBytes.valueOf(maxEntry(sizes.batch()));
    SizeInBytes segment = SizeInBytes.valueOf(sizes.segment());
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(settings, entry);
    RaftServerConfigKeys.Log.setWriteBufferSize(
        settings, SizeInBytes.valueOf(entry.getSize() + FRAME));
    RaftServerConfigKeys.Log.setSegmentSizeMax(settings, segment);
    RaftServerConfigKeys.Log.setPreallocatedSize(
        settings, SizeInBytes.valueOf(Math.min(sizes.segment(), 1 << 20)));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(settings, CACHED_SEGMENTS);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(
        settings, SizeInBytes.valueOf(CACHED_SEGMENTS * segment.getSize()));
    // Only this node needs to know what is committed, and it finds out when it is elected.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(settings, false);
    RaftServerConfigKeys.Log.setPurgeGap(settings, 1);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(settings, true);

    // The journal decides when: Ratis counts entries, and they differ in length.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(settings, false);
    RaftServerConfigKeys.Snapshot.setCreationGap(settings, 1);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(settings, 1);

    // Batches have numbers of their own: none is applied twice.
    RaftServerConfigKeys.RetryCache.setExpiryTime(
        settings, TimeDuration.valueOf(1, TimeUnit.SECONDS));
    return settings;
  }
}
