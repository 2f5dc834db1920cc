/** What a run costs: figures of processes, of Redis, of the kernel and of collections. */
package dev.heliograph.loadtest.measure;
