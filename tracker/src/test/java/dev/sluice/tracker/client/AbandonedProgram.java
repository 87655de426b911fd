package dev.sluice.tracker.client;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** A program that records and is gone. Arguments: folder. */
final class AbandonedProgram {
    private AbandonedProgram() {}

    public static void main(String[] args) throws IOException {
        OutboxTracker tracker = OutboxTracker.builder(URI.create("http://127.0.0.1:9"))
                .journals(Path.of(args[0]))
                .build();
        Run run = tracker.run("digits").name("abandoned").start();
        run.param("lr", 0.1);
        for (int step = 0; step < 500; step++) {
            run.metric("loss", step, step);
        }
        Runtime.getRuntime().halt(9);
    }
}
