package dev.sluice.console.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The help page of a command that the start script runs itself, since it builds. */
@Command(
        name = "test",
        description = {
            "Installs what the tests need (MLflow into the tools folder, chromium where this is root on Debian) and runs the"
                    + " whole test suite: mvn verify."
        },
        footer = {"", "Example:", "  ./sluice test -pl search -am"})
final class TestCommand implements Runnable {
    @Parameters(arity = "0..*", paramLabel = "MAVEN-OPTION", description = "Passed on to Maven.")
    private List<String> options = new ArrayList<>();

    @Override
    public void run() {
        throw CommandFailure.wrongUsage("the start script runs the tests %s: call ./sluice test".formatted(options));
    }
}
