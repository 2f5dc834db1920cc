package dev.heliograph.loadtest.chaos;

import dev.heliograph.loadtest.chaos.Schedule.Group;
import dev.heliograph.loadtest.chaos.Schedule.Planned;
import dev.heliograph.loadtest.chaos.fault.Attack;
import dev.heliograph.loadtest.chaos.fault.Fault.Part;
import dev.heliograph.loadtest.chaos.fault.Scene;
import dev.heliograph.loadtest.chaos.history.Loses;
import dev.heliograph.loadtest.chaos.history.RunRecorder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Inflicts the faults of a schedule and heals them. */
final class Nemesis {

    /**
     * Beyond the longest time of a fault itself: a start may take 60 s and Redis may take 45 s to
     * be whole. What is not healed by then is never healed.
     */
    private static final Duration HEAL_BOUND = Duration.ofSeconds(150);

    private final Scene scene;
    private final RunRecorder history;
    private final Consumer<String> progress;
    private final List<Inflicted> inflicted = new CopyOnWriteArrayList<>();
    private final List<String> troubles = new CopyOnWriteArrayList<>();

    /** A target may have to come back from another fault first: a failover takes about as long. */
    private static final Duration AIM_PATIENCE = Duration.ofSeconds(20);

    private static final Duration AIM_PAUSE = Duration.ofMillis(500);

    /**
     * A fault that was inflicted.
     *
     * @param group number of its group, from 1 on
     * @param began on the clock of {@link System#nanoTime}
     * @param ended when everything was there again
     */
    record Inflicted(
            String kind,
            String target,
            Part part,
            Loses loses,
            int group,
            long began,
            long ended) {}

    Nemesis(Scene scene, RunRecorder history, Consumer<String> progress) {
        this.scene = scene;
        this.history = history;
        this.progress = progress;
    }

    /** Inflicts a group, and returns when all of it is healed. */
    void inflict(int number, Group group) throws InterruptedException {
        List<Thread> acting =
                group.faults().stream()
                        .map(
                                planned ->
                                        Thread.ofVirtual()
                                                .name("nemesis")
                                                .start(() -> act(number, planned)))
                        .toList();
        long deadline = System.nanoTime() + group.acts().plus(HEAL_BOUND).toNanos();
        for (Thread thread : acting) {
            Duration left = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
            if (!thread.join(left)) {
                trouble("A fault of group " + number + " is not healed after " + HEAL_BOUND);
                thread.interrupt();
            }
        }
    }

    /** All so far. */
    List<Inflicted> inflicted() {
        return List.copyOf(inflicted);
    }

    /** What could not be healed. */
    List<String> troubles() {
        return List.copyOf(troubles);
    }

    private void act(int group, Planned planned) {
        String kind = planned.fault().kind();
        Attack attack;
        try {
            Thread.sleep(planned.after());
            attack = aim(planned);
        } catch (IOException e) {
            progress.accept(kind + " is left out: " + e.getMessage());
            return;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        }
        long number = history.faultBegan(kind, attack.target(), attack.loses());
        long began = System.nanoTime();
        progress.accept(kind + " on " + attack.target() + shown(planned.lasts()));
        try {
            attack.begin().run();
            Thread.sleep(planned.lasts());
        } catch (IOException | RuntimeException e) {
            trouble(kind + " on " + attack.target() + " did not begin: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        heal(kind, attack);
        history.faultEnded(number);
        inflicted.add(
                new Inflicted(
                        kind,
                        attack.target(),
                        planned.fault().part(),
                        attack.loses(),
                        group,
                        began,
                        System.nanoTime()));
    }

    /** Waits for a target, as long as it is worth it. */
    private Attack aim(Planned planned) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + AIM_PATIENCE.toNanos();
        while (true) {
            try {
                return planned.fault().aim(scene, new Random(planned.draw()));
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(AIM_PAUSE);
            }
        }
    }

    /** Nothing for what takes as long as it takes. */
    private static String shown(Duration lasts) {
        return lasts.isZero() ? "" : " for %.1f s".formatted(lasts.toMillis() / 1_000.0);
    }

    private void heal(String kind, Attack attack) {
        try {
            attack.heal().run();
        } catch (IOException | RuntimeException e) {
            trouble(kind + " on " + attack.target() + " is not healed: " + e.getMessage());
        } catch (InterruptedException _) {
            trouble(kind + " on " + attack.target() + " is not healed in time");
            Thread.currentThread().interrupt();
        }
    }

    /** What follows the first line is the end of somebody's log, which the evidence has whole. */
    private void trouble(String what) {
        String line = what.lines().findFirst().orElse("");
        troubles.add(line);
        progress.accept(line);
    }
}
