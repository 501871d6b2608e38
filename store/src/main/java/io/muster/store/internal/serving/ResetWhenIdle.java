package io.muster.store.internal.serving;

import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * The keys of a job are forgotten when the last client of its world has gone.
 *
 * @param grace for how long it must have been gone; not negative
 * @param whenForgotten is told how many keys are forgotten, if any; it must neither block nor throw
 */
public record ResetWhenIdle(Duration grace, LongConsumer whenForgotten) {}
