package io.muster.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.launcher.internal.nodes.NodeInfo;
import io.muster.launcher.internal.nodes.Placement;
import io.muster.launcher.internal.process.GroupWatcher;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class AttemptTest {
  @Test
  void attemptThatHasFailedElsewhere_startsNoWorker() throws IOException {
    WorldSpec spec = Launch.sh(1, "exec sleep 600").build();
    NodeInfo node = new NodeInfo("id", "host", "role", 1, 0, true);
    LogDirectory logs = LogDirectory.create(Optional.empty(), "run");
    try (GroupWatcher watcher = GroupWatcher.start(logs.scratch())) {
      Attempt attempt = new Attempt(0, spec, new LaunchListener() {}, () -> {});
      attempt.failedSomewhere();

      attempt.start(
          new WorkerStarter(spec, new Placement(0, List.of(node)), 0, logs, watcher),
          Runnable::run);

      assertThat(attempt.isOver()).isTrue();
    }
  }
}
