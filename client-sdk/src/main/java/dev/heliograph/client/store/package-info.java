/** Where a device keeps its positions. */
package dev.heliograph.client.store;
