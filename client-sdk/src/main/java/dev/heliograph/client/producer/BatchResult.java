package dev.heliograph.client.producer;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What became of a batch.
 *
 * @param items one per notification, in the batch's order
 */
public record BatchResult(List<Item> items) {

    /** Keeps a copy. */
    public BatchResult {
        items = List.copyOf(items);
    }

    /** What became of one notification of a batch. */
    public sealed interface Item {

        /** The server took it up; each channel has its outcome. */
        record Answered(NotifyResult result) implements Item {}

        /** It was refused as a whole, or its call failed. */
        record Refused(NotifyException error) implements Item {}

        /** Whether nothing of it has failed. */
        default boolean complete() {
            return this instanceof Answered answered && answered.result().complete();
        }

        /** Whether every channel of its target has it. */
        default boolean allStored() {
            return this instanceof Answered answered && answered.result().allStored();
        }
    }

    /** Whether every channel of every notification has it. */
    public boolean allStored() {
        return items.stream().allMatch(Item::allStored);
    }

    /** Indexes of the notifications of which something has failed. */
    public List<Integer> incomplete() {
        return IntStream.range(0, items.size())
                .filter(i -> !items.get(i).complete())
                .boxed()
                .toList();
    }
}
