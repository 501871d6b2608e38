package io.muster.admin;

import io.muster.admin.internal.JobFunctions;
import io.muster.store.server.StoreServer;
import java.util.List;

/**
 * The jobs of a store server as resources of the control endpoint:
 *
 * <ul>
 *   <li>{@code /v1/jobs}: GET lists the jobs, POST creates one
 *   <li>{@code /v1/jobs/{job}}: GET shows a job, DELETE removes it
 *   <li>{@code /v1/jobs/{job}/clear}: POST deletes the keys of a job
 *   <li>{@code /v1/jobs/{job}/keys}: GET lists the keys of a job, one page at a time
 * </ul>
 *
 * <p>The list of jobs shows counts that are at most one second old, so that many viewers cost the
 * server no more than one does. A single job and its keys are shown as they are. Keys are read for
 * one request at a time.
 */
public final class JobResources {
  private JobResources() {}

  /**
   * Returns the resources.
   *
   * @param whenChanged runs after a job was created or removed, on the thread of the request
   */
  public static List<Resource> of(StoreServer server, Runnable whenChanged) {
    JobFunctions jobs = new JobFunctions(server, whenChanged);
    return List.of(
        Resource.at("/v1/jobs").get(jobs::list).post(jobs::create),
        Resource.at("/v1/jobs/{job}").get(jobs::show).delete(jobs::remove),
        Resource.at("/v1/jobs/{job}/clear").post(jobs::clear),
        Resource.at("/v1/jobs/{job}/keys").get(jobs::keys));
  }
}
