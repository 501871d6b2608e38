/** The embeddable TCP server of a store, for PyTorch's and Muster's clients. */
package io.muster.store.server;
