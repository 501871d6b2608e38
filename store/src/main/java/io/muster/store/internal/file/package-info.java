/**
 * The file of a {@link io.muster.store.FileStore}, which PyTorch processes may read and write at
 * the same time. {@link io.muster.store.internal.file.FileLog} reads the file and appends to it,
 * and {@link io.muster.store.internal.file.FileWatch} reports changes by other processes. The other
 * classes are the record format, the state that the records result in, and the file with its lock.
 */
package io.muster.store.internal.file;
