/** Whether JNA, with which Muster calls functions of the C library, can be used. */
package io.muster.store.internal.jna;
