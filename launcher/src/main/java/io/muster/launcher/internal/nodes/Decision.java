package io.muster.launcher.internal.nodes;

import java.util.Optional;

/**
 * The leader's decision after an attempt, for all nodes.
 *
 * @param restart whether there is another attempt
 * @param failure the first failure of the attempt on any node; empty if all workers succeeded
 */
public record Decision(boolean restart, Optional<FirstFailure> failure) {
  String encode() {
    return failure
        .map(FirstFailure::fields)
        .orElseGet(Fields::new)
        .with("failed", failure.isPresent())
        .with("restart", restart)
        .toString();
  }

  static Decision decode(String json) {
    Fields fields = Fields.parse(json);
    return new Decision(
        Boolean.parseBoolean(fields.text("restart")),
        Boolean.parseBoolean(fields.text("failed"))
            ? Optional.of(FirstFailure.of(fields))
            : Optional.empty());
  }
}
