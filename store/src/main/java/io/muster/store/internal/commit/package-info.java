/**
 * What a journal records of a server: its changes as bytes, for a log, and its whole contents as
 * bytes, for a snapshot. Both formats begin with a version. The package has no threads, sockets or
 * files.
 *
 * <p>Numbers are big-endian. Bytes and texts (UTF-8) have their length before them, as an int.
 */
package io.muster.store.internal.commit;
