/** Parts that both clients use. Not public API: may change in any release. */
package dev.heliograph.client.internal;
