package dev.heliograph.server.log;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One of the 64 parts of the key space. All keys of a partition carry its tag, hence share one
 * Redis Cluster slot, hence can be touched by one atomic script.
 */
final class Partition {

    /** Fixed for good: another number would move logs between partitions. */
    static final int COUNT = 64;

    private static final int SLOTS = 16_384;
    private static final int SLOTS_PER_PARTITION = SLOTS / COUNT;

    /**
     * Tags whose slots lie in the middle of 64 equal ranges: any number of shards gets an even
     * share.
     */
    private static final String[] TAGS = balancedTags();

    private Partition() {}

    /** Partition of a channel: CRC-32C of {@code tenant/kind/name} in UTF-8, modulo 64. */
    static int of(Channel channel) {
        return of(channel.tenant() + '/' + channel.path());
    }

    /** Partition of a full channel name. */
    static int of(String tenantAndPath) {
        CRC32C crc = new CRC32C();
        crc.update(tenantAndPath.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % COUNT);
    }

    /** The partition whose keys are in the slot; those of no partition belong to its neighbours. */
    static int ofSlot(int slot) {
        return slot / SLOTS_PER_PARTITION;
    }

    /** The hash tag, without braces. */
    static String tag(int partition) {
        return TAGS[partition];
    }

    /** Redis Cluster's slot of a hash tag: CRC-16/XMODEM modulo 16384. */
    static int slot(String tag) {
        int crc = 0;
        for (byte b : tag.getBytes(StandardCharsets.UTF_8)) {
            crc ^= (b & 0xFF) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            crc &= 0xFFFF;
        }
        return crc % SLOTS;
    }

    /**
     * For each partition the smallest number, in decimal, whose slot is the middle of the
     * partition's range.
     */
    private static String[] balancedTags() {
        String[] tags = new String[COUNT];
        int missing = COUNT;
        for (int candidate = 0; missing > 0; candidate++) {
            String tag = Integer.toString(candidate);
            int slot = slot(tag);
            int partition = slot / SLOTS_PER_PARTITION;
            if (slot % SLOTS_PER_PARTITION == SLOTS_PER_PARTITION / 2 && tags[partition] == null) {
                tags[partition] = tag;
                missing--;
            }
        }
        return tags;
    }
}
