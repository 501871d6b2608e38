package io.muster.admin.internal;

import io.muster.admin.AdminRequest;
import io.muster.admin.AdminResponse;
import io.muster.admin.Problem;
import io.muster.store.NetworkException;
import io.muster.store.internal.text.PrintableText;
import io.muster.store.server.JobOptions;
import io.muster.store.server.StoreJob;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The operations of the control endpoint on the jobs of a store server. Thread-safe. */
public final class JobFunctions {
  private static final String NAME = "name";
  private static final String PORT = "port";
  private static final String WORLD_SIZE = "world_size";
  private static final String DISCONNECT = "disconnect";

  private final StoreServer server;
  private final Runnable whenChanged;

  /** The counts that the list of jobs shows; {@link #list} drops those of removed jobs. */
  private final Map<StoreJob, Snapshot<StoreServerStatistics>> statistics =
      new ConcurrentHashMap<>();

  /** Held while keys are read, so that many viewers need the CPU time and the memory of one. */
  private final Object readingKeys = new Object();

  /**
   * Functions for a server.
   *
   * @param whenChanged runs after a job was created or removed
   */
  public JobFunctions(StoreServer server, Runnable whenChanged) {
    this.server = server;
    this.whenChanged = whenChanged;
  }

  /** Lists the jobs in the order of their creation. */
  public AdminResponse list(AdminRequest request) {
    Members.requireKnown("query parameter", request.query().keySet(), Set.of());
    List<StoreJob> jobs = server.jobs();
    boolean unusedDropped = statistics.keySet().retainAll(Set.copyOf(jobs));
    List<Map<String, Object>> shown = new ArrayList<>();
    for (StoreJob job : jobs) {
      try {
        shown.add(JobJson.of(job, recentStatistics(job)));
      } catch (IllegalStateException e) {
        // The job has been removed since, and is left out.
      }
    }
    return AdminResponse.json(Map.of("jobs", shown));
  }

  /** Creates a job from its name, and perhaps its port and world size. */
  public AdminResponse create(AdminRequest request) {
    Members members = new Members(request.body(), NAME, PORT, WORLD_SIZE);
    JobOptions options = options(members);
    StoreJob job;
    try {
      job = server.createJob(options);
    } catch (IllegalArgumentException | NetworkException | UnsupportedOperationException e) {
      throw Problem.conflict("the job was not created: " + e.getMessage());
    } catch (IllegalStateException e) {
      throw Problem.unavailable("the job was not created: " + e.getMessage());
    }
    whenChanged.run();
    return AdminResponse.created("/v1/jobs/" + job.name(), json(job));
  }

  private static JobOptions options(Members members) {
    try {
      JobOptions options = JobOptions.of(members.text(NAME));
      OptionalInt port = members.number(PORT);
      if (port.isPresent()) {
        options = options.withPort(port.getAsInt());
      }
      OptionalInt worldSize = members.number(WORLD_SIZE);
      return worldSize.isPresent() ? options.withWorldSize(worldSize.getAsInt()) : options;
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  /** Shows a job. */
  public AdminResponse show(AdminRequest request) {
    Members.requireKnown("query parameter", request.query().keySet(), Set.of());
    return AdminResponse.json(json(job(request)));
  }

  /** Removes a job. */
  public AdminResponse remove(AdminRequest request) {
    Members unused = new Members(request.body());
    StoreJob job = job(request);
    try {
      job.remove();
    } catch (UnsupportedOperationException e) {
      throw Problem.conflict("the job was not removed: " + e.getMessage());
    }
    whenChanged.run();
    return AdminResponse.noContent();
  }

  /** Deletes the keys of a job, and perhaps disconnects its clients. */
  public AdminResponse clear(AdminRequest request) {
    boolean disconnect = new Members(request.body(), DISCONNECT).flag(DISCONNECT);
    StoreJob job = job(request);
    Boolean unused =
        of(
            job,
            () -> {
              if (disconnect) {
                job.reset();
              } else {
                job.clear();
              }
              return true;
            });
    statistics.remove(job);
    return AdminResponse.noContent();
  }

  /** Lists a page of the keys of a job. */
  public AdminResponse keys(AdminRequest request) {
    KeyPage page = KeyPage.of(request.query());
    StoreJob job = job(request);
    FirstKeys selected;
    synchronized (readingKeys) {
      selected = of(job, () -> page.select(job.keys()));
    }
    return AdminResponse.json(page.json(job.name(), selected));
  }

  private StoreJob job(AdminRequest request) {
    String name = request.parameter("job");
    return server
        .job(name)
        .orElseThrow(
            () -> Problem.notFound("the server has no job '" + PrintableText.of(name) + "'"));
  }

  private Map<String, Object> json(StoreJob job) {
    return of(job, () -> JobJson.of(job, job.statistics()));
  }

  /** Calls a function of a job, and converts its exceptions to problems. */
  private <T> T of(StoreJob job, Supplier<T> function) {
    try {
      return function.get();
    } catch (UnsupportedOperationException e) {
      throw Problem.conflict(String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      boolean removed = server.job(job.name()).filter(job::equals).isEmpty();
      throw removed
          ? Problem.notFound("the job '" + job.name() + "' has been removed")
          : Problem.unavailable(String.valueOf(e.getMessage()));
    }
  }

  private StoreServerStatistics recentStatistics(StoreJob job) {
    return statistics
        .computeIfAbsent(job, j -> new Snapshot<>(j::statistics, System::nanoTime))
        .get();
  }
}
