package dev.heliograph.loadtest.chaos.history;

import java.util.List;

/**
 * A device to record. As JSON it is also what {@link RecordingDevices} and {@code
 * recording-device.mjs} read.
 *
 * @param user whose it is
 * @param device its id among the user's
 * @param url the gateway's endpoint, such as {@code ws://127.0.0.1:8080/v1/connect}
 * @param token a JWT that outlives the run
 * @param channels full names, such as {@code user/alice} and {@code topic/news}
 * @param begin HEAD or EARLIEST, where a channel without a position begins
 * @param store file of the position store; empty for one in memory
 * @param handlerMs how long the handler takes for each notification
 * @param json frames as JSON rather than Protobuf
 * @param incarnation number of this incarnation, from 0 on
 * @param tenant whose user it is
 */
public record DeviceSpec(
        String user,
        String device,
        String url,
        String token,
        List<String> channels,
        String begin,
        String store,
        long handlerMs,
        boolean json,
        int incarnation,
        String tenant) {

    /** Reads absent fields as their defaults. */
    public DeviceSpec {
        channels = channels == null ? List.of("user/" + user) : List.copyOf(channels);
        begin = begin == null || begin.isEmpty() ? "HEAD" : begin;
        store = store == null ? "" : store;
        tenant = tenant == null ? HistoryEvent.DEFAULT_TENANT : tenant;
    }

    /** A device with a position store in memory that subscribes to its inbox from now on. */
    public static DeviceSpec of(String user, String device, String url, String token) {
        return new DeviceSpec(user, device, url, token, null, "HEAD", "", 0, false, 0, null);
    }

    /** Its name in a history. */
    public String name() {
        return user + '/' + device;
    }

    /** With these channels. */
    public DeviceSpec channels(String... names) {
        return new DeviceSpec(
                user,
                device,
                url,
                token,
                List.of(names),
                begin,
                store,
                handlerMs,
                json,
                incarnation,
                tenant);
    }

    /** Beginning at the oldest notification that the log keeps. */
    public DeviceSpec earliest() {
        return new DeviceSpec(
                user,
                device,
                url,
                token,
                channels,
                "EARLIEST",
                store,
                handlerMs,
                json,
                incarnation,
                tenant);
    }

    /** With its positions in a file. */
    public DeviceSpec store(String file) {
        return new DeviceSpec(
                user,
                device,
                url,
                token,
                channels,
                begin,
                file,
                handlerMs,
                json,
                incarnation,
                tenant);
    }

    /** With a slow handler. */
    public DeviceSpec handlerMs(long time) {
        return new DeviceSpec(
                user, device, url, token, channels, begin, store, time, json, incarnation, tenant);
    }

    /** With frames as JSON. */
    public DeviceSpec asJson() {
        return new DeviceSpec(
                user,
                device,
                url,
                token,
                channels,
                begin,
                store,
                handlerMs,
                true,
                incarnation,
                tenant);
    }

    /** Another incarnation. */
    public DeviceSpec incarnation(int number) {
        return new DeviceSpec(
                user, device, url, token, channels, begin, store, handlerMs, json, number, tenant);
    }

    /** At another gateway. */
    public DeviceSpec url(String other) {
        return new DeviceSpec(
                user,
                device,
                other,
                token,
                channels,
                begin,
                store,
                handlerMs,
                json,
                incarnation,
                tenant);
    }
}
