/** Whether torchelastic's agent hosts the store. */
package io.muster.store.internal.agent;
