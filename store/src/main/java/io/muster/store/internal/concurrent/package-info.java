/** Helpers for threads and resources that the JDK lacks; shared by Muster's modules. */
package io.muster.store.internal.concurrent;
