/** Sends notifications: {@link dev.heliograph.client.producer.ProducerClient}. */
package dev.heliograph.client.producer;
