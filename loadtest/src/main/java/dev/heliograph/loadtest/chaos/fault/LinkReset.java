package dev.heliograph.loadtest.chaos.fault;

import dev.heliograph.loadtest.chaos.topology.Link;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;

/** Every connection of one kind of pair is reset at once, as by a router that forgot them. */
record LinkReset() implements Fault {

    @Override
    public String kind() {
        return "link-reset";
    }

    @Override
    public Part part() {
        return Part.LINK;
    }

    @Override
    public Span lasts() {
        return new Span(1, 3);
    }

    @Override
    public Attack aim(Scene scene, RandomGenerator random) throws IOException {
        List<Link> links = scene.installation().links();
        Link.Kind kind =
                Scene.any(links.stream().map(Link::kind).distinct().sorted().toList(), random);
        List<Link> hit = links.stream().filter(link -> link.kind() == kind).toList();
        return Attack.on(
                hit.size() == 1 ? hit.getFirst().between() : "all " + hit.size() + " links " + kind,
                () -> hit.forEach(link -> link.proxy().reset(link.clients())),
                () -> {});
    }
}
