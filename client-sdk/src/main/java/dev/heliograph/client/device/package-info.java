/** Receives notifications: {@link dev.heliograph.client.device.DeviceClient}. */
package dev.heliograph.client.device;
