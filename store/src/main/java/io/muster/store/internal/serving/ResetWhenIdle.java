package io.muster.store.internal.serving;

import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * The policy of a job whose keys are deleted when the last client of its world has disconnected.
 *
 * @param grace the time between the disconnection and the deletion; not negative
 * @param whenCleared logs how many keys were deleted, unless there were none or too much is logged
 */
public record ResetWhenIdle(Duration grace, LongConsumer whenCleared) {}
