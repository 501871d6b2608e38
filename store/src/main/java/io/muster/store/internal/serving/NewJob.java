package io.muster.store.internal.serving;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A job to serve.
 *
 * @param name unique among the jobs of the server
 * @param worldSize the number of ranks of its world; 0 if it is not known
 * @param ownGrace the grace of {@code resetWhenIdle} that was given for this job rather than for
 *     the server; null if none was
 * @param resetWhenIdle null if the job's keys stay when its world has gone
 */
public record NewJob(
    String name,
    int worldSize,
    @Nullable Duration ownGrace,
    ListenTarget listening,
    @Nullable ResetWhenIdle resetWhenIdle) {}
