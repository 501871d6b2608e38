/**
 * The control endpoint of a store server. {@link io.muster.admin.AdminServer} serves {@link
 * io.muster.admin.Resource}s over HTTP, and {@link io.muster.admin.ServerRecord} tells other
 * processes of the same user where the endpoint is.
 *
 * <p>The endpoint is unstable: resources and their JSON may change between releases.
 */
package io.muster.admin;
