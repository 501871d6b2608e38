package io.muster.store.internal.serving;

import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * That the keys of a job are deleted when the last client of its world has gone.
 *
 * @param grace for how long it must have been gone; not negative
 * @param whenCleared logs how many keys were deleted, unless there were none or too much is logged
 */
public record ResetWhenIdle(Duration grace, LongConsumer whenCleared) {}
