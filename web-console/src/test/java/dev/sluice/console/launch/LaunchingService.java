package dev.sluice.console.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A service in a process of its own that launches one attempt and waits to be killed. */
final class LaunchingService {
    private LaunchingService() {}

    public static void main(String[] arguments) {
        LocalLauncher.of(System.getenv())
                .launch(new LaunchRequest(
                        UUID.fromString(arguments[0]),
                        UUID.randomUUID(),
                        1,
                        Path.of(arguments[1]),
                        List.of("/bin/sh", "-c", arguments[2]),
                        Map.of(),
                        Pools.cpu()))
                .onExit()
                .join();
    }
}
