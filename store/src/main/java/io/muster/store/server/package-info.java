/** The embeddable TCP server that PyTorch and Muster clients share. */
package io.muster.store.server;
