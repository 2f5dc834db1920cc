package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.history.Loses;
import dev.heliograph.loadtest.chaos.topology.FaultProxy;
import dev.heliograph.loadtest.chaos.topology.Impairment;
import dev.heliograph.loadtest.chaos.topology.Link;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Something is wrong with the way between two parts. */
record LinkFault(String kind, Function<RandomGenerator, Impairment> impairment) implements Fault {

    static LinkFault delay() {
        return new LinkFault(
                "link-delay",
                random -> new Impairment.Delay(Duration.ofMillis(random.nextInt(50, 500))));
    }

    static LinkFault blackhole() {
        return new LinkFault(
                "link-blackhole-one-way",
                random -> {
                    boolean towardsServer = random.nextBoolean();
                    return new Impairment.Blackhole(towardsServer, !towardsServer);
                });
    }

    static LinkFault slowBytes() {
        return new LinkFault(
                "link-slow-bytes",
                random -> new Impairment.SlowBytes(256, Duration.ofMillis(random.nextInt(5, 30))));
    }

    static LinkFault halfOpen() {
        return new LinkFault("link-half-open", random -> new Impairment.HalfOpen());
    }

    static LinkFault refusal() {
        return new LinkFault("link-reset-and-refuse", random -> new Impairment.Refusal());
    }

    @Override
    public Part part() {
        return Part.LINK;
    }

    @Override
    public Span lasts() {
        return new Span(3, 15);
    }

    /** Each kind of pair is as likely as the others, however many pairs it has. */
    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        List<Link> links = scene.installation().links();
        List<Link.Kind> kinds = links.stream().map(Link::kind).distinct().sorted().toList();
        Link.Kind chosen = Scene.any(kinds, random);
        Link link = Scene.any(links.stream().filter(it -> it.kind() == chosen).toList(), random);
        Impairment hurt = impairment.apply(random);
        AtomicReference<FaultProxy.Rule> rule = new AtomicReference<>();
        return new Attack(
                link.between(),
                Loses.NOTHING,
                () -> {
                    rule.set(link.proxy().impair(hurt, link.clients()));
                    if (hurt instanceof Impairment.Refusal) {
                        link.proxy().reset(link.clients());
                    }
                },
                () -> {
                    if (rule.get() != null) {
                        rule.get().heal();
                    }
                });
    }
}
