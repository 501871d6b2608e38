/**
 * The file behind a {@link io.muster.store.FileStore}, which PyTorch's processes read and write at
 * the same time: {@link io.muster.store.internal.file.FileLog} reads it up to its end and appends
 * to it, and {@link io.muster.store.internal.file.FileWatch} tells when others have. Beneath the
 * log lie the format of a record, what the records add up to, and the file with its lock.
 */
package io.muster.store.internal.file;
