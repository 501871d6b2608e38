/**
 * How a server and its journal call each other. Changes and contents are bytes here. The module
 * {@code io.muster.replicated} has a journal.
 */
package io.muster.store.internal.journal;
