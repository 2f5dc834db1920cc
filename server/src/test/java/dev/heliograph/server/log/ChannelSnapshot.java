package dev.heliograph.server.log;

import dev.heliograph.server.testkit.TestRedis;
import io.lettuce.core.KillArgs;
import java.util.Map;

/** What a replica held of a channel when its primary died. */
public final class ChannelSnapshot {

    private final TestRedis redis;
    private final Channel channel;
    private final byte[] logDump;
    private final Map<String, String> state;

    /** Of what the channel holds now. */
    public ChannelSnapshot(TestRedis redis, Channel channel) {
        this.redis = redis;
        this.channel = channel;
        logDump = redis.commands().dump(Keys.log(channel));
        state = redis.commands().hgetall(Keys.state(channel));
    }

    /** Position and fingerprint of the last entry, as the entry after it names them. */
    String last() {
        return state.get("l") + '.' + state.get("f");
    }

    /** The replica is the primary now. */
    public void restore() {
        redis.commands().del(Keys.log(channel), Keys.state(channel));
        redis.commands().restore(Keys.log(channel), 0, logDump);
        redis.commands().hset(Keys.state(channel), state);
    }

    /** The same, and whoever was connected to the old primary has to connect again. */
    public void failOver() {
        restore();
        redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
    }

    /** Whether another epoch has begun since. */
    public boolean isTold() {
        return !redis.commands().hget(Keys.state(channel), "e").equals(state.get("e"));
    }

    /** Publishes are not handed to any gateway until the snapshot comes back. */
    public void cutOffGateways() {
        state.keySet().stream()
                .filter(field -> field.startsWith("@"))
                .forEach(field -> redis.commands().hdel(Keys.state(channel), field));
    }
}
