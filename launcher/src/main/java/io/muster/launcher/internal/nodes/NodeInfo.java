package io.muster.launcher.internal.nodes;

/**
 * What a node tells the others when it joins.
 *
 * @param id a random text that no other node has
 * @param host its name, for messages
 * @param role the role of its workers
 * @param workers how many workers it starts
 * @param maxRestarts how often it would restart them
 * @param hosts whether it hosts the store
 */
public record NodeInfo(
    String id, String host, String role, int workers, int maxRestarts, boolean hosts) {
  String encode() {
    return new Fields()
        .with("id", id)
        .with("host", host)
        .with("role", role)
        .with("local_world_size", workers)
        .with("max_restarts", maxRestarts)
        .with("hosts", hosts)
        .toString();
  }

  static NodeInfo decode(String json) {
    Fields fields = Fields.parse(json);
    return new NodeInfo(
        fields.text("id"),
        fields.text("host"),
        fields.text("role"),
        Math.toIntExact(fields.number("local_world_size")),
        Math.toIntExact(fields.number("max_restarts")),
        Boolean.parseBoolean(fields.text("hosts")));
  }
}
