package io.muster.admin.internal;

import io.muster.store.server.StoreJob;
import io.muster.store.server.StoreServerStatistics;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The JSON of a job. */
final class JobJson {
  private JobJson() {}

  static Map<String, @Nullable Object> of(StoreJob job, StoreServerStatistics counts) {
    OptionalInt worldSize = job.worldSize();
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("name", job.name());
    members.put("port", job.port());
    members.put("addresses", job.addresses().stream().map(Addresses::text).toList());
    members.put("world_size", worldSize.isPresent() ? worldSize.getAsInt() : null);
    members.put("connections", counts.openConnections());
    members.put("connections_accepted", counts.acceptedConnections());
    members.put("connections_refused", counts.refusedConnections());
    members.put("connections_broken", counts.brokenConnections());
    members.put("waits", counts.waits());
    members.put("keys", counts.keys());
    members.put("stored_bytes", counts.storedBytes());
    members.put("requests", new TreeMap<>(counts.requests()));
    return members;
  }
}
