package dev.sluice.trainer;

import dev.sluice.trainer.callback.CallbackCatalog;
import dev.sluice.trainer.callback.Secrets;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.djl.EngineStart;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.protocol.TrialCommandLine;
import dev.sluice.trainer.protocol.TrialSpec;
import dev.sluice.trainer.task.TaskCatalog;
import java.io.Console;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/*
 * A trial's process. SIGTERM runs the JVM's shutdown hooks: ours asks the loop to stop, waits until the last checkpoint
 * lies on disk, and lets the process end with 143. In the other direction nobody needs hooks: the process halts as
 * soon as its files are closed, and spares itself the native libraries' farewells.
 */
/**
 * Trains the trial that {@code SLUICE_TRIAL} describes, in the trial's folder as working directory. Exit codes are
 * those of {@link TrialCommandLine}; the last line of stderr says why one is not 0. With the argument
 * {@code --prepare} it only unpacks and loads the engine, once for all trials of a machine.
 */
public final class TrialMain {
    private static final long GRACE_SECONDS = 9; // of the 10 between SIGTERM and SIGKILL

    static {
        EngineStart.begin(); // before all else: nothing takes longer
        System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tL %4$s %5$s%6$s%n");
    }

    private static final Secrets SECRETS = Secrets.of(System.getenv());

    private TrialMain() {}

    /** Lines of the log without secrets, wherever they come from. */
    private static final class CleanLines extends SimpleFormatter {
        @Override
        public String format(LogRecord record) {
            return SECRETS.clean(super.format(record));
        }
    }

    /** Runs the trial and ends the process. */
    public static void main(String[] arguments) {
        for (Handler handler : java.util.logging.Logger.getLogger("").getHandlers()) {
            handler.setFormatter(new CleanLines());
        }
        TrainingControl control = new TrainingControl();
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> terminate(control, done), "trial-terminate"));
        int code = TrialCommandLine.EXIT_FAILED;
        try {
            code = arguments.length == 1 && arguments[0].equals("--prepare") ? prepare() : run(control);
        } catch (IllegalArgumentException e) {
            code = TrialCommandLine.EXIT_INVALID;
            fail(e, "invalid trial: ");
        } catch (IOException | RuntimeException | Error e) {
            fail(e, "trial failed: ");
        } finally {
            System.out.flush();
            System.err.flush();
            done.countDown();
            if (control.stopReason().orElse(null) instanceof StopReason.Terminated) {
                code = TrialCommandLine.EXIT_TERMINATED;
            }
            Runtime.getRuntime().halt(code);
        }
    }

    private static int prepare() {
        System.out.println(EngineStart.load(1));
        return TrialCommandLine.EXIT_DONE;
    }

    private static int run(TrainingControl control) throws IOException {
        String file = System.getenv(TrialSpec.FILE_VARIABLE);
        if (file == null || file.isBlank()) {
            throw new IllegalArgumentException("the environment variable " + TrialSpec.FILE_VARIABLE
                    + " must name the trial's JSON file; this program is started by the service");
        }
        TrialSpec spec = TrialSpec.ofTree(JsonText.readObject(Files.readString(Path.of(file), StandardCharsets.UTF_8)));
        Optional<String> token =
                Optional.ofNullable(System.getenv(TrialSpec.TOKEN_VARIABLE)).filter(text -> !text.isBlank());
        new TrialRun(
                        spec,
                        token,
                        Path.of(""),
                        TaskCatalog.installed(),
                        CallbackCatalog.installed(),
                        control,
                        SECRETS,
                        terminal())
                .run();
        return TrialCommandLine.EXIT_DONE;
    }

    /** Where somebody looks on. A console that does not say is taken for a terminal: until JDK 22 there was no other. */
    @SuppressWarnings("SystemConsoleNull") // on JDK 21 it is null, and newer ones are asked what it is
    private static Optional<Appendable> terminal() {
        Console console = System.console();
        if (console == null) {
            return Optional.empty();
        }
        try {
            return Boolean.FALSE.equals(Console.class.getMethod("isTerminal").invoke(console))
                    ? Optional.empty()
                    : Optional.of(System.err);
        } catch (ReflectiveOperationException e) {
            return Optional.of(System.err);
        }
    }

    private static void fail(Throwable cause, String prefix) {
        System.getLogger(TrialMain.class.getName()).log(Level.ERROR, "trial=failed", cause);
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        System.err.println(prefix + SECRETS.clean(message.lines().findFirst().orElse("")));
    }

    private static void terminate(TrainingControl control, CountDownLatch done) {
        control.stop(new StopReason.Terminated("the process was asked to end"));
        try {
            if (!done.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("trial failed: not done " + GRACE_SECONDS + " seconds after SIGTERM");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
