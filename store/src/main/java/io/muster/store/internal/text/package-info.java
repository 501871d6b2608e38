/** How text of other processes is shown in messages and logs. */
package io.muster.store.internal.text;
