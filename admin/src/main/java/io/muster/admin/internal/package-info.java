/** The HTTP server behind the control endpoint: access rules, routing, and the JSON of jobs. */
package io.muster.admin.internal;
