package dev.heliograph.loadtest.scenario;

import dev.heliograph.loadtest.swarm.TopicPlan;
import java.util.Arrays;
import java.util.SplittableRandom;
import picocli.CommandLine.Command;

/** Some users get much more than others, and so do some topics. */
@Command(
        name = "mixed",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Nine in ten notifications go to users, the k-th of whom gets 1/k of what the first one"
                    + " gets; the others go to topics, 80 %% of them to one fifth of the topics.",
            "Each device subscribes to two of 50 topics."
        })
final class Mixed extends Scenario {

    private static final int TOPICS = 50;
    private static final int PER_DEVICE = 2;
    private static final double TO_TOPICS = 0.1;
    private static final double POPULAR = 0.2;
    private static final double TO_POPULAR = 0.8;

    /** The same load each time. */
    private static final long SEED = 7;

    Mixed() {
        rate = 500;
    }

    @Override
    TopicPlan topics() {
        return new TopicPlan(0, TOPICS, PER_DEVICE);
    }

    @Override
    void load(Rig rig) throws Exception {
        Settings settings = rig.settings();
        rig.arrive();
        Audience.Choice choice = choice(settings.devices());
        rig.warmUp(choice);
        Interval interval = rig.begin("mixed");
        rig.producer().open(choice, settings.perSecond(), settings.seconds());
        interval.end();
        rig.settle();
    }

    private static Audience.Choice choice(int users) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] upTo = new double[users];
        double sum = 0;
        for (int user = 0; user < users; user++) {
            sum += 1.0 / (user + 1);
            upTo[user] = sum;
        }
        double all = sum;
        return _ -> {
            if (random.nextDouble() < TO_TOPICS) {
                int popular = (int) (TOPICS * POPULAR);
                return new Audience.Topic(
                        random.nextDouble() < TO_POPULAR
                                ? random.nextInt(popular)
                                : random.nextInt(popular, TOPICS));
            }
            int place = Arrays.binarySearch(upTo, random.nextDouble() * all);
            return new Audience.User(Math.min(users - 1, place < 0 ? -place - 1 : place));
        };
    }
}
